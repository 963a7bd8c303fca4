/** What people call a device, of what its browser says of itself. */

const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bChromium\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'Mac'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Such as "Firefox, Android"; what the browser said where it is none that is known. */
export function deviceName(agent: string): string {
  const known = (list: [RegExp, string][]): string | undefined =>
    list.find(([sign]) => sign.test(agent))?.[1];
  return [known(BROWSERS), known(SYSTEMS)].filter(Boolean).join(', ') || agent.slice(0, 60);
}

export type DeviceKind = 'phone' | 'tablet' | 'computer';

/** Tablets with Android are those that do not say "Mobile"; iPads of late say that they are a Mac. */
export function deviceKind(agent: string): DeviceKind {
  if (/\biPad\b|\bTablet\b|\bAndroid\b(?!.*\bMobile\b)/.test(agent)) return 'tablet';
  return /\biPhone\b|\bAndroid\b|\bMobile\b/.test(agent) ? 'phone' : 'computer';
}

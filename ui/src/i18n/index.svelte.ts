/** The language of the page: what the listener chose, else what the browser asks for. */
import { de } from './de';
import { en, type Text } from './en';

export const LANGUAGES: Record<string, Text> = { en, de };

const first = (): string => {
  const kept = localStorage.getItem('mien.language');
  const wanted = kept ?? navigator.language.slice(0, 2);
  return wanted in LANGUAGES ? wanted : 'en';
};

class I18n {
  language = $state(first());
  t: Text = $derived(LANGUAGES[this.language]);

  choose(language: string): void {
    this.language = language;
    localStorage.setItem('mien.language', language);
    tell(language);
  }

  /** The browser's own kind of the language: en-GB writes 17:20 where en-US writes 5:20 PM. */
  get locale(): string {
    return navigator.languages.find((one) => one.startsWith(this.language)) ?? this.language;
  }

  /** 3:05, or 1:02:03. */
  time(seconds: number): string {
    const s = Math.max(0, Math.floor(seconds));
    const two = (n: number): string => String(n).padStart(2, '0');
    const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)];
    return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  }

  number(value: number, digits = 0): string {
    return value.toLocaleString(this.language, {
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    });
  }

  percent(share: number): string {
    return share.toLocaleString(this.language, { style: 'percent', maximumFractionDigits: 0 });
  }

  /** With the year, where it is another than this; what room that takes, the day of the week gives. */
  day(iso: string | Date): string {
    const day = new Date(iso);
    const past = day.getFullYear() !== new Date().getFullYear();
    return day.toLocaleDateString(this.locale, {
      weekday: past ? 'short' : 'long',
      day: 'numeric',
      month: 'long',
      year: past ? 'numeric' : undefined,
    });
  }

  clock(iso: string): string {
    return new Date(iso).toLocaleTimeString(this.locale, { hour: '2-digit', minute: '2-digit' });
  }
}

/** The browser: for screen readers and hyphens, and what the page is called where it is installed. */
function tell(language: string): void {
  document.documentElement.lang = language;
  const manifest = document.querySelector<HTMLLinkElement>('link[rel=manifest]');
  if (manifest)
    manifest.href = language === 'en' ? '/manifest.webmanifest' : `/manifest.${language}.webmanifest`;
}

export const i18n = new I18n();
tell(i18n.language);

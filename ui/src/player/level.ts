/** The loudness that songs are brought to: what streaming services use (AES TD1008 recommends -14 to -16). */
const TARGET_LUFS = -16;
const MOST_GAIN_DB = 6;
const LEAST_GAIN_DB = -15;
/** Where the loudest peak may come to lie when a song is made louder (EBU R 128). */
const MOST_PEAK_DBTP = -1;

/** By what a song's samples are multiplied so that all songs sound about as loud; 1 where it is not known. */
export function levelGain(loudness_lufs?: number | null, true_peak_dbtp?: number | null): number {
  if (loudness_lufs === null || loudness_lufs === undefined || !Number.isFinite(loudness_lufs)) return 1;
  const room_db = Math.max(0, MOST_PEAK_DBTP - (true_peak_dbtp ?? -Infinity));
  const most_db = Math.min(MOST_GAIN_DB, room_db);
  const gain_db = Math.min(most_db, Math.max(LEAST_GAIN_DB, TARGET_LUFS - loudness_lufs));
  return 10 ** (gain_db / 20);
}

/** Volume as the ear takes it: the slider's middle is half as loud, not half the voltage. */
export const volumeGain = (volume: number): number => volume ** 2;

/** Following faces from frame to frame: `mien.vision.tracking`, number for number. */
import { type FaceFinder, LEAST_WINDOWS, overlap, SAME_FACE_OVERLAP } from './detect';
import type { Place } from './look';
import type { Grey } from './pixels';

const SEARCH_EVERY_S = 0.5;
const LONGEST_GAP_S = 0.5;
const REMEMBERED_S = 1.5;
const STEADY_HALF_LIFE_S = 0.06;
const MOVED_SHARE = 0.12;
const TURNED_DEGREES = 10;

/** A face that is followed; its number is never used again. */
export interface Followed {
  id: number;
  place: Place;
  seen_s: number;
}

export class FaceTracker {
  private known: Followed[] = [];
  private now_s = 0;
  private searched_s: number | null = null;
  private last = 0;

  constructor(private readonly finder: FaceFinder) {}

  /** The faces in the next frame, the largest first. */
  find(picture: Grey, time_s: number): Followed[] {
    const before_s = this.now_s;
    this.now_s = Math.max(this.now_s, time_s);
    this.known = this.known.filter((face) => this.now_s - face.seen_s <= REMEMBERED_S);
    const inView = this.known.filter((face) => face.seen_s === before_s);
    let followed: Followed[] = [];
    for (const face of inView) {
      const seen = this.follow(picture, face);
      if (seen && !nearest(seen.place, followed)) followed.push(seen); // else two follow one
    }
    if (this.mustSearch(before_s, followed.length < inView.length || inView.length === 0)) {
      followed = this.search(picture);
    }
    this.known = [...followed, ...this.known.filter((face) => !has(followed, face.id))];
    return followed.sort((a, b) => b.place.size - a.place.size);
  }

  private mustSearch(before_s: number, lost: boolean): boolean {
    return lost || this.due() || this.now_s - before_s > LONGEST_GAP_S;
  }

  private due(): boolean {
    return this.searched_s === null || this.now_s - this.searched_s >= SEARCH_EVERY_S;
  }

  private follow(picture: Grey, face: Followed): Followed | null {
    const look = this.finder.closely.follow(picture, face.place);
    if (look.windows < LEAST_WINDOWS) return null;
    const place = steadied(face.place, look.place, this.now_s - face.seen_s);
    return { id: face.id, place, seen_s: this.now_s };
  }

  /** The faces in the whole frame; those that are known keep their numbers. */
  private search(picture: Grey): Followed[] {
    const due = this.due();
    if (due) this.searched_s = this.now_s;
    const seen: Followed[] = [];
    for (const place of this.finder.find(picture, due)) {
      const same = nearest(
        place,
        this.known.filter((face) => !has(seen, face.id)),
      );
      const now = same ? steadied(same.place, place, this.now_s - same.seen_s) : place;
      seen.push({ id: same?.id ?? ++this.last, place: now, seen_s: this.now_s });
    }
    return seen;
  }
}

/** Between where a face was and where it is seen, the nearer to the latter the further it moved. */
function steadied(before: Place, now: Place, passed_s: number): Place {
  const moved = Math.max(
    Math.abs(now.x - before.x),
    Math.abs(now.y - before.y),
    Math.abs(now.size - before.size),
  );
  const share = Math.min(
    1,
    Math.max(1 - 0.5 ** (passed_s / STEADY_HALF_LIFE_S), moved / (MOVED_SHARE * before.size)),
  );
  const turned = now.degrees - before.degrees;
  return {
    degrees: before.degrees + turned * (Math.abs(turned) > TURNED_DEGREES ? 1 : 0.5),
    x: before.x + share * (now.x - before.x),
    y: before.y + share * (now.y - before.y),
    size: before.size + share * (now.size - before.size),
  };
}

/** The known face that overlaps a place most, if any does enough. */
function nearest(place: Place, faces: Followed[]): Followed | null {
  let [best, most]: [Followed | null, number] = [null, SAME_FACE_OVERLAP];
  for (const face of faces) {
    const share = overlap(place, face.place);
    if (share >= most && (best === null || share > most)) [best, most] = [face, share];
  }
  return best;
}

const has = (faces: Followed[], id: number): boolean => faces.some((face) => face.id === id);

/**
 * Several tabs of one browser: one plays at a time, the others fall silent and know it, and all sound alike.
 * A tab that opens asks who plays; only the one that plays answers.
 */
import type { SoundChoices } from './kept';

type Message = { from: string } & (
  { kind: 'who' } | { kind: 'plays' } | { kind: 'silent' } | { kind: 'sound'; choices: SoundChoices }
);
type What = Message extends infer M ? (M extends Message ? Omit<M, 'from'> : never) : never;

export interface Neighbours {
  /** Whether music plays in another tab. */
  onElsewhere(plays: boolean): void;
  /** The listener changed volume, speed or the like in another tab. */
  onChoices(choices: SoundChoices): void;
}

export class Tabs {
  private readonly channel = new BroadcastChannel('mien');
  private readonly me = `${Date.now()}-${Math.random()}`;
  private readonly others = new Set<string>();
  private plays = false;

  constructor(private readonly told: Neighbours) {
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data);
    addEventListener('pagehide', () => this.tell(false));
    this.say({ kind: 'who' });
  }

  /** Tell the other tabs whether this one plays; once for each change. */
  tell(plays: boolean): void {
    if (plays === this.plays) return;
    this.plays = plays;
    this.say({ kind: plays ? 'plays' : 'silent' });
  }

  share(choices: SoundChoices): void {
    this.say({ kind: 'sound', choices });
  }

  private hear(message: Message): void {
    if (message.kind === 'who') {
      if (this.plays) this.say({ kind: 'plays' });
    } else if (message.kind === 'sound') this.told.onChoices(message.choices);
    else {
      if (message.kind === 'plays') this.others.add(message.from);
      else this.others.delete(message.from);
      this.told.onElsewhere(this.others.size > 0);
    }
  }

  private say(what: What): void {
    this.channel.postMessage({ ...what, from: this.me });
  }
}

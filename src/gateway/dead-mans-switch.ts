import type { Timer, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { DeadMansSwitch } from '../venues/trading.js';
import { type Notify, reasonOf } from './events.js';
import type { Requests } from './requests.js';

/** Arms this often within the time-out, so that a lost request or two do no harm. */
const ARMS_PER_TIMEOUT = 3;

/** Keeps a venue's dead man's switch armed while it runs, and disarms it when it is stopped in good order. */
export class SwitchKeeper {
  private timer: Timer | undefined;
  private under: Promise<void> = Promise.resolve();
  private armed: readonly string[] | null = null;
  private isStopping = false;

  /** @throws InvalidInputError when the venue does not take such a time-out */
  constructor(
    private readonly device: DeadMansSwitch,
    private readonly timeoutSeconds: number,
    private readonly symbols: () => readonly string[],
    private readonly requests: Requests,
    private readonly timers: Timers,
    private readonly notify: Notify,
  ) {
    const { minSeconds, maxSeconds } = device;
    if (timeoutSeconds < minSeconds || timeoutSeconds > maxSeconds) {
      const text = `the dead man's switch takes ${minSeconds} to ${maxSeconds} seconds, not ${timeoutSeconds}`;
      throw new InvalidInputError(text, { minSeconds, maxSeconds, timeoutSeconds });
    }
  }

  start(): void {
    this.arm();
    this.timer = this.timers.every((this.timeoutSeconds * 1000) / ARMS_PER_TIMEOUT, () => this.arm());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.timer?.cancel();
    await this.under;
    if (this.armed === null) return;
    await this.send(0, this.armed);
    this.armed = null;
  }

  private arm(): void {
    const symbols = this.symbols();
    if (this.device.scope === 'symbol' && symbols.length === 0) return;
    this.armed = [...new Set([...(this.armed ?? []), ...symbols])];
    this.under = this.send(this.timeoutSeconds, this.device.scope === 'symbol' ? this.armed : []);
  }

  private async send(seconds: number, symbols: readonly string[]): Promise<void> {
    try {
      await this.requests.run(this.device.arm(seconds, symbols));
    } catch (error) {
      // An arming that the stop called off is no news: what disarms follows.
      if (seconds > 0 && this.isStopping) return;
      this.notify('dead-mans-switch', 'alert', `${seconds === 0 ? 'not disarmed' : 'not armed'}: ${reasonOf(error)}`);
    }
  }
}

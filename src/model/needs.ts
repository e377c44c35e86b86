/** What a package needs on the device, in bytes, over the whole run. Computed from the plan; the simulator measures the same. */
export interface DeviceNeeds {
  /** The most that /system holds beyond what it holds before the update. */
  readonly systemPeak: number;
  /** What /system holds afterwards, beyond what it held before; negative when it shrinks. */
  readonly systemGrowth: number;
  /** The most that /cache holds at once. */
  readonly cachePeak: number;
  /** The most that the script itself asks for in /cache: with less, the module ends before it changes anything. */
  readonly cacheAsked: number;
  /**
   * What /cache must hold so that any attempt after a power cut passes the script's own question for space, with what
   * the cut left there: a source that the device had moved, an image that was staged. At least `cachePeak`.
   */
  readonly cacheForRetry: number;
  /** The package itself and the peak of /cache, which share usrdata. */
  readonly usrdata: number;
  /** The most that the updater holds in memory for one statement: source, target and patches. */
  readonly memory: number;
}

/** What is free on the device, in bytes. Exceeding a limit that was given fails the run. */
export interface DeviceLimits {
  readonly cacheSize?: number | undefined;
  readonly systemFree?: number | undefined;
  readonly usrdataFree?: number | undefined;
  readonly deviceMemory?: number | undefined;
}

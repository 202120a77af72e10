import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Coarse on purpose: a finer sampling would itself wake an idle process. */
const sampleEveryMs = 20;

export interface ProcessFigures {
  read(): { memory_bytes: number; cpu_ratio: number; loop_delay_p99_ms: number };
  stop(): void;
}

/** Memory, CPU and event-loop delay of this process since the last reading. `cpu_ratio` is in cores. */
export function createProcessFigures(): ProcessFigures {
  const delay = monitorEventLoopDelay({ resolution: sampleEveryMs });
  delay.enable();
  let cpu = process.cpuUsage();
  let at = performance.now();

  return {
    read() {
      const used = process.cpuUsage(cpu);
      const passedMs = Math.max(1, performance.now() - at);
      // The histogram records the whole interval between two samples, so an idle loop shows the sampling interval.
      const late = Math.max(0, delay.percentile(99) / 1e6 - sampleEveryMs);
      cpu = process.cpuUsage();
      at = performance.now();
      delay.reset();
      return {
        memory_bytes: process.memoryUsage.rss(),
        cpu_ratio: (used.user + used.system) / 1000 / passedMs,
        loop_delay_p99_ms: Number.isFinite(late) ? late : 0,
      };
    },
    stop: () => void delay.disable(),
  };
}

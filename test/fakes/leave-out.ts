/** Says why a test was not run, on the screen and to the count; CLAWDBOT_REQUIRE_SERVICES=1 makes it a failure there. */
export function leaveOut(task: { meta: object }, reason: string): void {
  Object.assign(task.meta, { leftOut: reason });
  console.log(`left out: ${reason}`);
}

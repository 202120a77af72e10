import type { CoreProcess } from './core-process.ts';
import type { ProductTray } from './tray.ts';

const everyMs = 500;

/** The icon follows the core, a few times a second at most. Returns the way to stop. */
export function followStatus(
  core: Pick<CoreProcess, 'status' | 'onChange'>,
  tray: Pick<ProductTray, 'show'>,
  onFailure: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | null = null;
  const show = () => {
    timer = null;
    core.status().then(
      (state) => tray.show({ state }),
      (error: unknown) => {
        // A core that cannot say how it is does not work.
        tray.show({ state: 'offline' });
        onFailure(error);
      },
    );
  };
  const stopFollowing = core.onChange(() => (timer ??= setTimeout(show, everyMs)));
  show();
  return () => {
    stopFollowing();
    if (timer) clearTimeout(timer);
  };
}

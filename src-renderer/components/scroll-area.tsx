import type { DOMAttributes, ReactNode, Ref } from 'react';
import { classes } from './classes.ts';

interface ScrollAreaProps
  extends Pick<DOMAttributes<HTMLDivElement>, 'onWheel' | 'onKeyDown' | 'onTouchMove' | 'onPointerDown'> {
  label: string;
  children: ReactNode;
  className?: string;
  ref?: Ref<HTMLDivElement>;
}

/** A part that scrolls by itself. It takes the focus, because without a mouse the arrow keys need somewhere to act. */
export function ScrollArea({ label, children, className, ref, ...handlers }: ScrollAreaProps) {
  return (
    <div
      {...handlers}
      ref={ref}
      role="region"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolling is what the focus is for
      tabIndex={0}
      className={classes('quiet-scroll -outline-offset-2!', className)}
    >
      {children}
    </div>
  );
}

import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import { classes } from './classes.ts';

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger';

const looks: Record<ButtonKind, string> = {
  // The system draws its own ground behind forced text, which would hide text made for this one.
  primary:
    'bg-accent text-on-accent forced-color-adjust-none border-transparent data-hovered:brightness-110 data-pressed:brightness-95',
  plain: 'bg-surface text-text border-border data-hovered:bg-sunken data-pressed:bg-sunken',
  quiet:
    'bg-transparent text-text-2 border-transparent data-hovered:bg-sunken data-hovered:text-text data-pressed:bg-sunken',
  danger: 'bg-transparent text-danger border-transparent data-hovered:bg-danger-soft data-pressed:bg-danger-soft',
};

const shape =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-semibold text-body select-none data-disabled:opacity-50 forced-colors:border-[ButtonBorder]';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  kind?: ButtonKind;
  size?: 'regular' | 'small';
  icon?: ReactNode;
  className?: string;
}

export function Button({ kind = 'plain', size = 'regular', icon, className, children, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={classes(shape, looks[kind], size === 'small' ? 'h-7 px-2' : 'h-8 px-3', className)}
    >
      {(state) => (
        <>
          {icon}
          {typeof children === 'function' ? children({ ...state, defaultChildren: null }) : children}
        </>
      )}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  label: string;
  /** Shown behind the label in the tool tip. */
  keys?: string;
  kind?: ButtonKind;
  size?: 'regular' | 'small';
  children: ReactNode;
  className?: string;
}

/** A button whose name is its tool tip. */
export function IconButton({
  label,
  keys,
  kind = 'quiet',
  size = 'regular',
  children,
  className,
  ...props
}: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...props}
        aria-label={label}
        className={classes(shape, looks[kind], size === 'small' ? 'size-6' : 'size-8', className)}
      >
        {children}
      </AriaButton>
      <Tip>
        {label}
        {keys && <kbd className="ml-2 font-sans opacity-75">{keys}</kbd>}
      </Tip>
    </TooltipTrigger>
  );
}

export function Tip({ children }: { children: ReactNode }) {
  return (
    <Tooltip
      offset={6}
      className="fade-in max-w-72 forced-color-adjust-none rounded-md bg-text px-2 py-1 text-bg text-meta"
    >
      {children}
    </Tooltip>
  );
}

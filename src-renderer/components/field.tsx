import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';
import { classes } from './classes.ts';

export const inputLook =
  'h-8 w-full min-w-0 rounded-md border border-border bg-surface px-2 text-body text-text data-focused:border-focus data-invalid:border-danger';

interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children'> {
  label: string;
  hint?: string | undefined;
  problem?: string | null | undefined;
  placeholder?: string;
  lines?: number;
  hideLabel?: boolean;
  className?: string;
  inputRef?: Ref<HTMLInputElement & HTMLTextAreaElement>;
  after?: ReactNode;
}

export function TextField({
  label,
  hint,
  problem,
  placeholder,
  lines,
  hideLabel,
  className,
  inputRef,
  after,
  ...props
}: TextFieldProps) {
  return (
    <AriaTextField {...props} isInvalid={Boolean(problem)} className={classes('flex flex-col gap-1', className)}>
      <Label className={hideLabel ? 'sr-only' : 'text-meta text-text-2'}>{label}</Label>
      <div className="flex gap-2">
        {lines ? (
          <TextArea
            ref={inputRef}
            rows={lines}
            {...(placeholder ? { placeholder } : {})}
            className={classes(inputLook, 'h-auto py-1.5')}
          />
        ) : (
          <Input ref={inputRef} {...(placeholder ? { placeholder } : {})} className={inputLook} />
        )}
        {after}
      </div>
      {hint && !problem && (
        <Text slot="description" className="text-meta text-text-3">
          {hint}
        </Text>
      )}
      {problem && (
        <Text slot="errorMessage" className="text-danger text-meta">
          {problem}
        </Text>
      )}
    </AriaTextField>
  );
}

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  choices: readonly { value: V; label: string }[];
  onChange(value: V): void;
  hideLabel?: boolean;
  isDisabled?: boolean;
  className?: string;
  /** The choice that means "no filter": anything else is shown as set. */
  neutral?: V;
}

export function Choice<V extends string>({
  label,
  value,
  choices,
  onChange,
  hideLabel,
  isDisabled,
  className,
  neutral,
}: ChoiceProps<V>) {
  const isSet = neutral !== undefined && value !== neutral;
  return (
    <Select
      value={value}
      onChange={(key) => onChange(key as V)}
      isDisabled={isDisabled ?? false}
      className={classes('flex flex-col gap-1', className)}
    >
      <Label className={hideLabel ? 'sr-only' : 'text-meta text-text-2'}>{label}</Label>
      <Button
        className={classes(
          'flex h-8 w-full items-center gap-2 rounded-md border bg-surface px-2 text-left text-body data-hovered:bg-sunken data-disabled:opacity-60',
          isSet ? 'border-accent bg-accent-soft' : 'border-border',
        )}
      >
        <SelectValue className="min-w-0 flex-1 truncate" />
        <ChevronDown aria-hidden="true" size={14} className="shrink-0 text-text-3" />
      </Button>
      <Popover className="float fade-in min-w-(--trigger-width) p-1" offset={4}>
        <ListBox className="quiet-scroll max-h-80 outline-none">
          {choices.map((choice) => (
            <ListBoxItem key={choice.value} id={choice.value} textValue={choice.label} className={optionLook}>
              {({ isSelected }) => (
                <>
                  <span className="min-w-0 flex-1 truncate">{choice.label}</span>
                  {isSelected && <Check aria-hidden="true" size={14} className="text-accent" />}
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

export const optionLook =
  'flex min-h-8 items-center gap-2 rounded-md px-2 text-body outline-none data-focused:bg-sunken data-hovered:bg-sunken data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-disabled:opacity-50';

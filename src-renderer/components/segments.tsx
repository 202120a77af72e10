import { Label, Radio, RadioGroup } from 'react-aria-components';

interface SegmentsProps<V extends string> {
  label: string;
  value: V;
  choices: readonly { value: V; label: string }[];
  onChange(value: V): void;
}

/** One of a few choices, all of them in view. */
export function Segments<V extends string>({ label, value, choices, onChange }: SegmentsProps<V>) {
  return (
    <RadioGroup
      value={value}
      onChange={(next) => onChange(next as V)}
      orientation="horizontal"
      className="flex flex-col gap-1"
    >
      <Label className="text-meta text-text-2">{label}</Label>
      <div className="flex rounded-md border border-border bg-sunken p-0.5">
        {choices.map((choice) => (
          <Radio
            key={choice.value}
            value={choice.value}
            className="flex h-7 flex-1 items-center justify-center rounded-sm px-1 text-meta text-text-2 data-selected:bg-surface data-selected:font-semibold data-selected:text-text data-selected:shadow-[inset_0_0_0_1px_var(--border)] forced-colors:data-selected:outline-2"
          >
            {choice.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

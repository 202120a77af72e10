import { useMemo, useState } from 'react';
import type { Board, TaskStatus } from '../../../src-shared/schema/task.ts';
import { useBoard, useWholeColumn } from '../../api/index.ts';

/** The board, with the rest of a column whose "show all" was pressed. */
export function useShownBoard() {
  const query = useBoard();
  const [whole, setWhole] = useState<TaskStatus | null>(null);
  const rest = useWholeColumn(whole ?? 'done', whole !== null);
  if (whole !== null && rest.hasNextPage && !rest.isFetching && !rest.isError) void rest.fetchNextPage();

  const board = useMemo((): Board | undefined => {
    if (!query.data || whole === null || !rest.data) return query.data;
    const extra = rest.data.pages.flatMap((page) => page.items);
    return {
      ...query.data,
      columns: query.data.columns.map((column) => {
        if (column.status !== whole) return column;
        const known = new Set(query.data.columns.flatMap((each) => each.tasks.map((task) => task.id)));
        return { ...column, tasks: [...column.tasks, ...extra.filter((task) => !known.has(task.id))] };
      }),
    };
  }, [query.data, whole, rest.data]);

  return { ...query, board, showAll: setWhole };
}

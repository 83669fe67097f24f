import type {
  Column,
  ForeignKey,
  Index,
  PrimaryKey,
  Table,
  TableOption,
  Trigger,
  Unique,
  View,
  VirtualTable,
} from './schema.js'

interface InTable {
  /** The table's name. */
  table: string
}

interface Replaced<Part> {
  from: Part
  to: Part
}

/** One thing that makes one schema into another. The union is closed: there are no other kinds. */
export type Change =
  | { kind: 'add-table' | 'drop-table'; part: Table }
  | ({ kind: 'add-column' | 'drop-column'; part: Column } & InTable)
  | ({ kind: 'change-column' } & Replaced<Column> & InTable)
  | ({ kind: 'reorder-columns' } & Replaced<string[]> & InTable)
  | ({ kind: 'change-primary-key' } & Replaced<PrimaryKey | undefined> & InTable)
  | ({ kind: 'add-unique' | 'drop-unique'; part: Unique } & InTable)
  | ({ kind: 'add-check' | 'drop-check'; part: string } & InTable)
  | ({ kind: 'add-foreign-key' | 'drop-foreign-key'; part: ForeignKey } & InTable)
  | ({ kind: 'change-options' } & Replaced<TableOption[]> & InTable)
  | ({ kind: 'change-conflicts' } & Replaced<string[]> & InTable)
  | { kind: 'add-virtual-table' | 'drop-virtual-table'; part: VirtualTable }
  | ({ kind: 'change-virtual-table' } & Replaced<VirtualTable>)
  | { kind: 'add-index' | 'drop-index'; part: Index }
  | ({ kind: 'change-index' } & Replaced<Index>)
  | { kind: 'add-view' | 'drop-view'; part: View }
  | ({ kind: 'change-view' } & Replaced<View>)
  | { kind: 'add-trigger' | 'drop-trigger'; part: Trigger }
  | ({ kind: 'change-trigger' } & Replaced<Trigger>)

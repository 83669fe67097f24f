import type { Migration } from './migration.js'

/** The file that holds a migration's statements of one direction. */
export function fileOf({ file, downFile }: Migration, direction: 'up' | 'down'): string {
  return direction === 'up' ? file : (downFile ?? file)
}

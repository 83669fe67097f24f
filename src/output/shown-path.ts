import { relative } from 'node:path'

/** A path as a reader in that directory writes it: relative where the file is below. */
export function shownPath(file: string, directory: string): string {
  const path = relative(directory, file)
  return path.startsWith('..') ? file : path
}

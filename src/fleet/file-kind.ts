import { type Dirent, realpathSync, statSync } from 'node:fs'

/** What stands in a directory; `unknown` is what a symbolic link leads to that cannot be looked at. */
export type FileKind = 'file' | 'directory' | 'other' | 'unknown'

/** The kind of an entry, or of what it leads to. */
export function kindOf(entry: Dirent, path: () => string): FileKind {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? kindOfTarget(path()) : 'other'
}

/** A link that leads nowhere counts as a file: it stands where a database should be. */
export function kindOfTarget(path: string): FileKind {
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return 'directory'
    return stat.isFile() ? 'file' : 'other'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ELOOP' ? 'file' : 'unknown'
  }
}

/** Opening what cannot be looked at will say what is wrong. */
export function mayBeFile(kind: FileKind): boolean {
  return kind === 'file' || kind === 'unknown'
}

/** The path without symbolic links; undefined when it leads nowhere. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** From so many files on, flushing their file system once is quicker than flushing each. */
const MANY = 16

/** Writes to the disk what is in these files; not their names, which `flushDirectories` does. */
export async function flushFiles(files: readonly string[]): Promise<void> {
  if (files.length >= MANY && (await flushFileSystems(files.map(dirname)))) return
  for (let start = 0; start < files.length; start += MANY) {
    await Promise.all(files.slice(start, start + MANY).map(file => flushFile(file, 'r+')))
  }
}

/** Writes to the disk which names are in these directories. */
export async function flushDirectories(directories: readonly string[]): Promise<void> {
  if (directories.length >= MANY && (await flushFileSystems(directories))) return
  // A directory that is not there, or may be written but not read, cannot be opened.
  await Promise.all(directories.map(path => flushFile(path, 'r').catch(() => undefined)))
}

/** @param flags `r+` for a file, `r` for a directory */
export async function flushFile(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Linux can flush a whole file system at once, and says when that failed. */
async function flushFileSystems(directories: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const perDevice = new Map<number, string>()
  for (const directory of new Set(directories))
    perDevice.set((await stat(directory)).dev, directory)
  const { execFile } = await import('node:child_process')
  return new Promise(resolve => {
    execFile('sync', ['--file-system', '--', ...perDevice.values()], error => resolve(!error))
  })
}

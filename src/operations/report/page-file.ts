import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { flushFile } from '../../database/flush-files.js'
import { ignoreMissing, placingError, unfinishedPath } from '../../database/place-file.js'
import { UsageError } from '../../errors/usage-error.js'
import { PAGE_MARK } from '../../page/page-mark.js'

/** A page that is to be written; nothing is left of it when it is disposed of before. */
export interface PageFile extends AsyncDisposable {
  /** Absolute. */
  readonly path: string
  /**
   * Puts the page into its place, in one step.
   *
   * @returns its size in bytes
   * @throws DbfleetError `disk-full`, `readonly`, `io`; what was there before stays
   */
  publish(text: string): Promise<number>
}

/**
 * Begins a file beside the place of a page, so that it is known early whether one can be written there.
 *
 * @throws UsageError `out-unwritable`, also where something stands that is no page of dbfleet
 */
export async function beginPageFile(out: string): Promise<PageFile> {
  const path = resolve(out)
  if (out === '') throw unwritable('the name of the page is empty')
  await refuseOthers(path, /[/\\]$/.test(out))
  const temporary = unfinishedPath(path)
  let handle: FileHandle
  try {
    handle = await open(temporary, 'wx')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = isMissing ? `there is no directory ${dirname(path)}` : placingError(error).message
    throw unwritable(`${path} cannot be written: ${why}`, error)
  }
  return {
    path,
    async publish(text) {
      const bytes = Buffer.from(text)
      try {
        await handle.writeFile(bytes)
        await handle.sync()
        await rename(temporary, path)
        await flushFile(dirname(path), 'r').catch(() => undefined)
      } catch (error) {
        throw placingError(error)
      }
      return bytes.length
    },
    async [Symbol.asyncDispose]() {
      await handle.close()
      await unlink(temporary).catch(ignoreMissing)
    },
  }
}

/** A slip of the pen, such as `--out alice.db`, must not cost a database. */
async function refuseOthers(path: string, isDirectoryName: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (isDirectoryName || found?.isDirectory() === true) {
    throw unwritable(`${path} is a directory`)
  }
  if (found === undefined) return
  if (!found.isFile()) throw unwritable(`${path} is no file`)
  if (found.size === 0) return
  if ((await beginningOf(path)) === PAGE_MARK) return
  throw unwritable(`${path} is there already, and is no page of dbfleet`)
}

async function beginningOf(path: string): Promise<string> {
  try {
    const handle = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(PAGE_MARK.length))
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unwritable(`${path} cannot be read: ${placingError(error).message}`, error)
  }
}

function unwritable(message: string, cause?: unknown): UsageError {
  return new UsageError('out-unwritable', message, {
    hint: 'Nothing was read or written. Name a file that can be written, such as --out report.html',
    cause,
  })
}

import { statSync } from 'node:fs'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import type { Source } from '../../fleet/source.js'

/** The member of that name, where a source can tell where it is without listing all. */
export function locateIn({ creates }: Source, name: string): Member | undefined {
  try {
    const member = creates?.locate(name)
    if (member === undefined) return undefined
    const isThere =
      member.server === undefined
        ? member.path !== undefined && isFile(member.path)
        : creates?.lists?.(name)
    return isThere ? member : undefined
  } catch (error) {
    // A name that cannot be made may be there nevertheless.
    if (error instanceof UsageError) return undefined
    throw error
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false
  }
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FilesSourceConfig } from '../config/config.js'
import { UsageError } from '../errors/usage-error.js'
import { byName } from './by-name.js'
import { kindOfTarget } from './file-kind.js'
import { FileMember } from './file-member.js'
import { FilePattern } from './file-pattern.js'
import { fileLocator } from './locate-file.js'
import type { Member } from './member.js'
import { NameOfFile } from './name-of-file.js'
import type { Source } from './source.js'
import { type FoundFile, walkFiles } from './walk-files.js'

/**
 * The files that a glob matches; see `FilePattern` for the globs and `NameOfFile` for the names.
 *
 * @param root what a relative pattern starts from
 * @throws UsageError `bad-pattern`
 */
export function filesSource(config: FilesSourceConfig, root: string): Source {
  const pattern = new FilePattern(config.files, root)
  const names = new NameOfFile(pattern, config.name)
  const label = config.label ?? `files ${config.files}`
  const below = join(pattern.base, '/')
  const { encryptionKey, engine } = config
  const place = { source: label, below, encryptionKey, engine }
  const memberAt = (name: string, { relative, realPath }: FoundFile): Member =>
    new FileMember(place, name, relative, realPath)
  const locate = fileLocator(pattern, names, { create: config.create, root })

  return {
    kind: 'files',
    label,
    async members() {
      const members: Member[] = []
      await walkFiles(pattern, file => {
        const name = names.of(file.relative)
        if (name === '') throw nameless(file, config)
        if (name !== undefined) members.push(memberAt(name, file))
      })
      return members.sort(byName)
    },
    whyEmpty() {
      const only = pattern.wildcards === 0 ? below + pattern.fill('') : undefined
      if (only !== undefined && kindOfTarget(only) === 'directory') {
        return `"${config.files}" is a directory; name the files in it, such as "${config.files}/*.db"`
      }
      return existsSync(pattern.base)
        ? `"${config.files}" matches no file in ${pattern.base}`
        : `"${config.files}" matches no file: there is no directory ${pattern.base}`
    },
    ...(locate === undefined
      ? {}
      : { creates: { locate: (name: string) => memberAt(name, { relative: locate(name) }) } }),
  }
}

function nameless({ relative }: FoundFile, { files, name }: FilesSourceConfig): UsageError {
  return new UsageError('bad-name', `"${relative}" has no name by "${files}" and name "${name}"`, {
    hint: 'Refer to a wildcard that stands for something in every path.',
  })
}

import { readdirSync } from 'node:fs'

/** Listing a directory for fewer files takes longer than looking for the log of each. */
const WORTH_LISTING = 8

/** Tells of files of the same directories, which of them may have a write-ahead log beside them. */
export class LogNames {
  /** By directory, of those that were listed: names of files with a log, folded. */
  readonly #logged = new Map<string, ReadonlySet<string>>()

  /** @param paths of the files that it will be asked about */
  constructor(paths: readonly string[]) {
    const counts = new Map<string, number>()
    for (const path of paths) {
      const directory = directoryOf(path)
      counts.set(directory, (counts.get(directory) ?? 0) + 1)
    }
    for (const [directory, count] of counts) {
      if (count >= WORTH_LISTING) this.#list(directory)
    }
  }

  /** False when there was none a moment ago. */
  mayHave(path: string): boolean {
    const logged = this.#logged.get(directoryOf(path))
    if (logged === undefined) return true
    return logged.size > 0 && logged.has(folded(path.slice(directoryOf(path).length)))
  }

  #list(directory: string): void {
    try {
      const logs = readdirSync(directory).filter(name => /-wal$/i.test(name))
      this.#logged.set(directory, new Set(logs.map(name => folded(name.slice(0, -4)))))
    } catch {
      // Then each is looked for.
    }
  }
}

/** With the slash at its end. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** Some file systems take names for the same that differ in letter case or composition. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

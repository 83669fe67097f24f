import { createHash, randomUUID } from 'node:crypto'

/** Something that S3 refuses, by the code of its answer. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

export interface StoredEntry {
  body: Buffer
  etag: string
  metadata: Record<string, string>
  changedAt: Date
}

export interface Page {
  entries: [key: string, entry: StoredEntry][]
  prefixes: string[]
  next?: string
}

const LEAST_PART = 5 << 20

/** One bucket in memory, as far as backup sets need one: consistent at once, as S3 is. */
export class Bucket {
  readonly objects = new Map<string, StoredEntry>()
  /** Unfinished ones; each is kept, and paid for, until it is given up. */
  readonly uploads = new Map<
    string,
    { key: string; metadata: Record<string, string>; parts: Map<number, StoredEntry> }
  >()

  put(key: string, body: Buffer, metadata: Record<string, string>, onlyNew: boolean): string {
    if (onlyNew && this.objects.has(key)) throw new Refusal(412, 'PreconditionFailed')
    const etag = `"${md5(body)}"`
    this.objects.set(key, { body, etag, metadata, changedAt: new Date() })
    return etag
  }

  get(key: string): StoredEntry {
    const found = this.objects.get(key)
    if (found === undefined) throw new Refusal(404, 'NoSuchKey')
    return found
  }

  begin(key: string, metadata: Record<string, string>): string {
    const id = randomUUID()
    this.uploads.set(id, { key, metadata, parts: new Map() })
    return id
  }

  part(id: string, number: number, body: Buffer): string {
    if (!(number >= 1 && number <= 10_000)) throw new Refusal(400, 'InvalidArgument')
    const etag = `"${md5(body)}"`
    this.#upload(id).parts.set(number, { body, etag, metadata: {}, changedAt: new Date() })
    return etag
  }

  complete(id: string, named: readonly { number: number; etag: string }[]): string {
    const { key, metadata, parts } = this.#upload(id)
    const bodies = named.map(({ number, etag }, index) => {
      const part = parts.get(number)
      if (part === undefined || part.etag !== etag) throw new Refusal(400, 'InvalidPart')
      if (number <= (named[index - 1]?.number ?? 0)) throw new Refusal(400, 'InvalidPartOrder')
      const isLast = index === named.length - 1
      if (!isLast && part.body.length < LEAST_PART) throw new Refusal(400, 'EntityTooSmall')
      return part.body
    })
    if (bodies.length === 0) throw new Refusal(400, 'MalformedXML')
    const body = Buffer.concat(bodies)
    const etag = `"${md5(body)}-${bodies.length}"`
    this.objects.set(key, { body, etag, metadata, changedAt: new Date() })
    this.uploads.delete(id)
    return etag
  }

  abort(id: string): void {
    this.#upload(id)
    this.uploads.delete(id)
  }

  /** Keys in the order of their bytes, after `from`; `most` keys and common prefixes. */
  list(prefix: string, delimiter: string, from: string, most: number): Page {
    const page: Page = { entries: [], prefixes: [] }
    const keys = [...this.objects.keys()].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
    let last = from
    for (const key of keys) {
      if (!key.startsWith(prefix) || Buffer.compare(bytes(key), bytes(from)) <= 0) continue
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      const common = end === -1 ? undefined : key.slice(0, end + delimiter.length)
      if (common !== undefined && (page.prefixes.includes(common) || from.startsWith(common))) {
        last = key
        continue
      }
      if (page.entries.length + page.prefixes.length === most) return { ...page, next: last }
      if (common === undefined) page.entries.push([key, this.get(key)])
      else page.prefixes.push(common)
      last = key
    }
    return page
  }

  #upload(id: string) {
    const found = this.uploads.get(id)
    if (found === undefined) throw new Refusal(404, 'NoSuchUpload')
    return found
  }
}

function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex')
}

function bytes(text: string): Buffer {
  return Buffer.from(text)
}

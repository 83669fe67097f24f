import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { s3Client } from './s3-client.js'
import { isConflict, isCut, isMissing, isTaken, s3Error } from './s3-error.js'
import { type S3Object, upload } from './s3-upload.js'
import type { S3Spec, Store, StoredFile } from './store.js'

/** S3 removes so many by one request. */
const REMOVE_AT_ONCE = 1000
/** How often a download goes on where it broke off, without a byte in between. */
const MOST_CUTS = 5
const CONFLICTS = 5
const PAUSE_MS = 200
/** Tells whose claim it is, when an answer was lost and the request was repeated. */
const CLAIM = 'dbfleet-claim'

/** Backup sets in S3-compatible storage. */
export class S3Store implements Store {
  readonly spec: S3Spec
  readonly #client: S3Client

  constructor(spec: S3Spec) {
    this.spec = spec
    this.#client = s3Client(spec)
  }

  get location(): string {
    const { bucket, prefix } = this.spec
    return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`
  }

  locate(name: string): string {
    return `${this.location}/${name}`
  }

  async claim(file: string, content: Uint8Array): Promise<boolean> {
    const claim = randomUUID()
    return this.#about(file, async () => {
      for await (const _ of this.#pages(`${file.slice(0, file.indexOf('/'))}/`, { MaxKeys: 1 })) {
        if ((_.KeyCount ?? _.Contents?.length ?? 0) > 0) return false
        break
      }
      for (let conflicts = 0; ; conflicts += 1) {
        try {
          await this.#client.send(
            new PutObjectCommand({
              ...this.#object(file),
              Body: content,
              IfNoneMatch: '*',
              Metadata: { [CLAIM]: claim },
            }),
          )
          return true
        } catch (error) {
          if (isTaken(error)) return (await this.#claimOf(file)) === claim
          if (!isConflict(error) || conflicts === CONFLICTS) throw error
          await sleep(PAUSE_MS * (1 + conflicts))
        }
      }
    })
  }

  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#about(name, () => upload(this.#client, this.#object(name), pieces))
  }

  /** What S3 acknowledged is safe, so that nothing has to be done for what was written before. */
  async publish(name: string, content: Iterable<Uint8Array>): Promise<void> {
    await this.write(name, each(content))
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    let first: GetObjectCommandOutput | undefined
    let offset = 0
    for (let cuts = 0; ; cuts += 1) {
      try {
        // What is there now may not be what the first part was of.
        const answer = await this.#client.send(
          new GetObjectCommand({
            ...this.#object(name),
            ...(first !== undefined && { Range: `bytes=${offset}-`, IfMatch: first.ETag }),
          }),
        )
        first ??= answer
        if (first !== answer && answer.ContentRange?.startsWith(`bytes ${offset}-`) !== true) {
          throw this.#changed(name)
        }
        for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
          offset += piece.length
          cuts = 0
          yield piece
        }
        if (first.ContentLength === undefined || offset >= first.ContentLength) return
        if (cuts === MOST_CUTS) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
      } catch (error) {
        if (first !== undefined && isTaken(error)) throw this.#changed(name)
        if (first === undefined || !isCut(error) || cuts === MOST_CUTS) {
          throw this.#readError(error, name)
        }
        if (offset === first.ContentLength) return
      }
      await sleep(PAUSE_MS * cuts)
    }
  }

  async *list(under = ''): AsyncGenerator<StoredFile> {
    const prefix = under === '' ? '' : `${under}/`
    try {
      for await (const { Contents = [], EncodingType } of this.#pages(prefix)) {
        for (const { Key = '', Size = 0, LastModified } of Contents) {
          const name = this.#nameOf(Key, EncodingType)
          // Consoles make such for what they show as a directory.
          if (name.endsWith('/') || name === '') continue
          yield { name, bytes: Size, changedAt: LastModified?.getTime() ?? Number.NaN }
        }
      }
    } catch (error) {
      throw s3Error(error, this.location)
    }
  }

  async names(): Promise<string[]> {
    const found = new Set<string>()
    try {
      for await (const page of this.#pages('', { Delimiter: '/' })) {
        const keys = [
          ...(page.Contents ?? []).map(({ Key = '' }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        ]
        for (const key of keys) found.add(this.#nameOf(key, page.EncodingType).replace(/\/$/, ''))
      }
    } catch (error) {
      throw s3Error(error, this.location)
    }
    found.delete('')
    return [...found].sort()
  }

  async remove(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += REMOVE_AT_ONCE) {
      const Objects = names
        .slice(start, start + REMOVE_AT_ONCE)
        .map(name => ({ Key: this.#object(name).Key }))
      const { bucket: Bucket } = this.spec
      const { Errors = [] } = await this.#about('', () =>
        this.#client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } })),
      )
      const [failed] = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
      if (failed === undefined) continue
      const error = Object.assign(new Error(failed.Message), { name: failed.Code, $metadata: {} })
      throw s3Error(error, this.locate(this.#nameOf(failed.Key ?? '')))
    }
  }

  async #claimOf(file: string): Promise<string | undefined> {
    const { Metadata } = await this.#client.send(new HeadObjectCommand(this.#object(file)))
    return Metadata?.[CLAIM]
  }

  async *#pages(
    under: string,
    more: { MaxKeys?: number; Delimiter?: string } = {},
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { Bucket, Key: Prefix } = this.#object(under)
    let token: string | undefined
    do {
      const page: ListObjectsV2CommandOutput = await this.#client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix,
          // XML cannot hold every character that a key may have.
          EncodingType: 'url',
          ...more,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      )
      yield page
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (token !== undefined)
  }

  #object(name: string): S3Object {
    const { bucket, prefix } = this.spec
    return { Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` }
  }

  #nameOf(key: string, encoding?: string): string {
    const plain = encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key
    return plain.slice(this.#object('').Key.length)
  }

  async #about<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw s3Error(error, name === '' ? this.location : this.locate(name))
    }
  }

  #readError(error: unknown, name: string): unknown {
    if (!isMissing(error)) return s3Error(error, this.locate(name))
    return new DbfleetError('object-missing', `${name} is missing`, {
      hint: 'The database is not in the set any more; restore it from another one.',
      cause: error,
    })
  }

  #changed(name: string): DbfleetError {
    return new DbfleetError('object-unreadable', `${this.locate(name)} changed while it was read`, {
      hint: 'Something else writes there. Run the same command again.',
    })
  }
}

async function* each(content: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* content
}

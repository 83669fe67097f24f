import { randomUUID } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** S3 takes 10,000 parts; an object of 840 GiB is cut into so many. */
const PART = 8 << 20
const LARGER_AFTER = 500

/** One object to be, in the words of AWS's client. */
export interface S3Object {
  Bucket: string
  Key: string
}

/** Tells an object that this upload made from one that another made. */
const MARK = 'dbfleet-upload'

/** So many bytes a part has; they grow slowly, because one or two are in memory. */
export function partSize(index: number): number {
  return PART * (1 + Math.floor(index / LARGER_AFTER))
}

/**
 * Uploads pieces as one object, which appears whole or not at all: a small one by one request,
 * another in parts, of which nothing is left when it fails.
 *
 * @throws what `pieces` and the client throw
 */
export async function upload(
  client: S3Client,
  object: S3Object,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = partsOf(pieces)
  const first = await parts.next()
  if (first.done === true) throw new Error('there is always a first part')
  if (first.value.last) {
    await client.send(new PutObjectCommand({ ...object, Body: first.value.bytes }))
    return
  }
  const mark = randomUUID()
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...object, Metadata: { [MARK]: mark } }),
  )
  try {
    const Parts = await uploadParts(client, { ...object, UploadId }, first.value, parts)
    await complete(client, { ...object, UploadId, MultipartUpload: { Parts } }, mark)
  } catch (error) {
    await client
      .send(new AbortMultipartUploadCommand({ ...object, UploadId }))
      .catch(() => undefined)
    throw error
  }
}

interface Part {
  bytes: Buffer
  last: boolean
}

async function uploadParts(
  client: S3Client,
  upload: S3Object & { UploadId: string | undefined },
  first: Part,
  rest: AsyncGenerator<Part>,
): Promise<CompletedPart[]> {
  const done: CompletedPart[] = []
  const send = async (Body: Buffer, PartNumber: number) => {
    const { $metadata: _, ...sums } = await client.send(
      new UploadPartCommand({ ...upload, PartNumber, Body }),
    )
    done.push({ PartNumber, ...sums })
  }
  // One is on its way while the next one is gathered.
  let sending = send(first.bytes, 1)
  try {
    let number = 1
    for await (const { bytes } of rest) {
      await sending
      number += 1
      sending = send(bytes, number)
    }
  } finally {
    // It has to be over before the upload is given up: S3 would keep it otherwise.
    await sending.catch(() => undefined)
  }
  await sending
  return done
}

/** When the answer was lost, the repeated request finds no such upload, though all went well. */
async function complete(
  client: S3Client,
  request: ConstructorParameters<typeof CompleteMultipartUploadCommand>[0],
  mark: string,
): Promise<void> {
  try {
    await client.send(new CompleteMultipartUploadCommand(request))
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error
    const { Bucket, Key } = request
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key }))
    if (Metadata?.[MARK] !== mark) throw error
  }
}

/** At least one; only the last may be smaller than its size. */
async function* partsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  let waiting: Uint8Array[] = []
  let length = 0
  let index = 0
  for await (const piece of pieces) {
    waiting.push(piece)
    length += piece.length
    while (length > partSize(index)) {
      const all = Buffer.concat(waiting, length)
      const bytes = all.subarray(0, partSize(index))
      const rest = all.subarray(bytes.length)
      yield { bytes, last: false }
      waiting = [rest]
      length = rest.length
      index += 1
    }
  }
  yield { bytes: Buffer.concat(waiting, length), last: true }
}

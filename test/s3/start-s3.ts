import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { answer, type S3Answer } from './answer.js'
import { Bucket, Refusal } from './bucket.js'
import { type Credentials, checkSignature } from './check-signature.js'

/** What becomes of one request. */
export type Fate =
  | 'pass'
  /** 503, as S3 asks for patience. */
  | 'slow down'
  /** 403, as when rights are taken away meanwhile. */
  | 'deny'
  /** 400, as for a token whose time is over. */
  | 'expired'
  /** The connection ends within the request's body, of which nothing is kept. */
  | 'cut in the request'
  /** It is done, and the connection ends before the answer. */
  | 'cut before the answer'
  /** The connection ends after half of the answer's body. */
  | 'cut in the answer'
  /** Half of the body, and headers that belong to it. */
  | 'half an answer'

/** A request, as a fate is decided by. */
export interface Asked {
  method: string
  /** Decoded, without the bucket. */
  key: string
  query: URLSearchParams
}

export interface S3Options {
  credentials?: Credentials
  region?: string
  bucket?: string
  fate?: (asked: Asked) => Fate
  /** How far its clock is ahead. */
  clockMs?: number
  /** How many keys a list has at most. */
  page?: number
  /** False for one that does not know `If-None-Match`, and says so. */
  conditional?: boolean
}

export interface S3Server extends AsyncDisposable {
  readonly url: string
  readonly bucket: Bucket
  readonly requests: Asked[]
  readonly credentials: Credentials
  /** What the command line needs to reach it. */
  readonly env: Record<string, string>
}

/**
 * Starts a server that speaks what backup sets need of S3's protocol, on the published description
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html),
 * and takes only requests that are signed rightly and as long as they say.
 */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const { region = 'us-east-1', bucket: bucketName = 'bucket', page = 1000 } = options
  const credentials = options.credentials ?? {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }
  const bucket = new Bucket()
  const requests: Asked[] = []

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming
    const { pathname, searchParams: query } = new URL(url, 'http://host')
    const [, name = '', ...rest] = pathname.split('/').map(decodeURIComponent)
    const asked: Asked = { method, key: rest.join('/'), query }
    requests.push(asked)
    const fate = options.fate?.(asked) ?? 'pass'
    if (fate === 'cut in the request') {
      await once(incoming, 'data')
      return void incoming.socket.destroy()
    }
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const now = new Date(Date.now() + (options.clockMs ?? 0))
    const made = await attempt(() => {
      if (fate === 'slow down') throw new Refusal(503, 'SlowDown')
      if (fate === 'deny') throw new Refusal(403, 'AccessDenied')
      if (fate === 'expired') throw new Refusal(400, 'ExpiredToken')
      if (headers['transfer-encoding'] !== undefined) throw new Refusal(501, 'NotImplemented')
      const wrong = checkSignature({ method, url, headers, body }, credentials, { region, now })
      if (wrong !== undefined) throw new Refusal(wrong === 'ExpiredToken' ? 400 : 403, wrong)
      checkBody(headers, body)
      if (name !== bucketName) throw new Refusal(404, 'NoSuchBucket')
      if (options.conditional === false && headers['if-none-match'] !== undefined) {
        throw new Refusal(501, 'NotImplemented')
      }
      return answer(bucket, { ...asked, headers, body, page })
    })
    give(made, outgoing, { fate, now, withBody: method !== 'HEAD' })
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    bucket,
    requests,
    credentials,
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function attempt(work: () => S3Answer): Promise<S3Answer> {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { status, code } = error
    return { status, body: Buffer.from(`<Error><Code>${code}</Code><Message>no</Message></Error>`) }
  }
}

function checkBody(headers: IncomingMessage['headers'], body: Buffer): void {
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== body.length) {
    throw new Refusal(400, 'IncompleteBody')
  }
  const sum = headers['x-amz-checksum-crc32']
  if (sum === undefined) return
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(body))
  if (bytes.toString('base64') !== sum) throw new Refusal(400, 'BadDigest')
}

function give(
  { status, headers = {}, body = Buffer.alloc(0) }: S3Answer,
  outgoing: ServerResponse,
  { fate, now, withBody }: { fate: Fate; now: Date; withBody: boolean },
): void {
  if (fate === 'cut before the answer') return void outgoing.destroy()
  const half = body.subarray(0, body.length >> 1)
  const sent = fate === 'half an answer' ? half : body
  outgoing.writeHead(status, {
    date: now.toUTCString(),
    'content-length': sent.length,
    ...headers,
  })
  if (!withBody) return void outgoing.end()
  if (fate !== 'cut in the answer') return void outgoing.end(sent)
  outgoing.write(half, () => outgoing.destroy())
}

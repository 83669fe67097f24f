import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { type Bucket, Refusal } from './bucket.js'

export interface S3Answer {
  status: number
  headers?: OutgoingHttpHeaders
  body?: Buffer
}

interface S3Request {
  method: string
  key: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** How many keys a list has at most. */
  page: number
}

/** Does what a request asks of a bucket. Whether it may was found out before. */
export function answer(bucket: Bucket, request: S3Request): S3Answer {
  const { method, key, query, headers, body } = request
  const upload = query.get('uploadId') ?? ''
  const operation = [method, ...['list-type', 'delete', 'uploads', 'uploadId'].filter(has)].join(
    ' ',
  )
  switch (operation) {
    case 'GET list-type':
      return list(bucket, request)
    case 'POST delete':
      return remove(bucket, body.toString())
    case 'POST uploads':
      return xml(
        'InitiateMultipartUploadResult',
        element('UploadId', bucket.begin(key, metadataOf(headers))),
      )
    case 'PUT uploadId': {
      const etag = bucket.part(upload, Number(query.get('partNumber')), body)
      return { status: 200, headers: { etag } }
    }
    case 'POST uploadId': {
      const parts = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
        number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
        etag: plain(/<ETag>(.*?)</.exec(part)?.[1] ?? ''),
      }))
      return xml('CompleteMultipartUploadResult', element('ETag', bucket.complete(upload, parts)))
    }
    case 'DELETE uploadId':
      bucket.abort(upload)
      return { status: 204 }
    case 'PUT': {
      const etag = bucket.put(key, body, metadataOf(headers), headers['if-none-match'] === '*')
      return { status: 200, headers: { etag } }
    }
    case 'GET':
    case 'HEAD':
      return get(bucket, key, headers)
    default:
      throw new Refusal(501, 'NotImplemented')
  }

  function has(name: string): boolean {
    return query.has(name)
  }
}

function get(bucket: Bucket, key: string, headers: IncomingHttpHeaders): S3Answer {
  const { body, etag, metadata } = bucket.get(key)
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
    throw new Refusal(412, 'PreconditionFailed')
  }
  const own = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
  const about = { etag, 'accept-ranges': 'bytes', ...Object.fromEntries(own) }
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  if (from === undefined) return { status: 200, headers: about, body }
  const start = Number(from)
  if (start >= body.length) throw new Refusal(416, 'InvalidRange')
  const range = `bytes ${start}-${body.length - 1}/${body.length}`
  return { status: 206, headers: { ...about, 'content-range': range }, body: body.subarray(start) }
}

function list(bucket: Bucket, { query, page }: S3Request): S3Answer {
  const most = Math.min(page, Number(query.get('max-keys') ?? page))
  const isEncoded = query.get('encoding-type') === 'url'
  const shown = (key: string) => (isEncoded ? encodeURIComponent(key) : key)
  const { entries, prefixes, next } = bucket.list(
    query.get('prefix') ?? '',
    query.get('delimiter') ?? '',
    Buffer.from(query.get('continuation-token') ?? '', 'base64').toString(),
    most,
  )
  return xml(
    'ListBucketResult',
    element('KeyCount', String(entries.length + prefixes.length)),
    element('IsTruncated', String(next !== undefined)),
    isEncoded ? element('EncodingType', 'url') : '',
    next === undefined
      ? ''
      : element('NextContinuationToken', Buffer.from(next).toString('base64')),
    ...entries.map(
      ([key, { body, etag, changedAt }]) =>
        `<Contents>${element('Key', shown(key))}${element('LastModified', wholeSecond(changedAt))}${element('Size', String(body.length))}${element('ETag', etag)}</Contents>`,
    ),
    ...prefixes.map(
      prefix => `<CommonPrefixes>${element('Prefix', shown(prefix))}</CommonPrefixes>`,
    ),
  )
}

function remove(bucket: Bucket, body: string): S3Answer {
  const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/gs)].map(([, key = '']) => plain(key))
  if (keys.length > 1000) throw new Refusal(400, 'MalformedXML')
  const refused = keys.filter(key => key.endsWith('locked'))
  for (const key of keys) if (!refused.includes(key)) bucket.objects.delete(key)
  return xml(
    'DeleteResult',
    ...refused.map(
      key => `<Error>${element('Key', key)}${element('Code', 'AccessDenied')}</Error>`,
    ),
  )
}

function metadataOf(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(11), String(value)]))
}

function xml(name: string, ...content: string[]): S3Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?><${name}>${content.join('')}</${name}>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) }
}

function element(name: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  return `<${name}>${escaped}</${name}>`
}

function plain(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&')
}

/** S3 tells no more of a time. */
function wholeSecond(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '.000')
}

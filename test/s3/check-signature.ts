import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What a request was signed with, and by whom. */
export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface SignedRequest {
  method: string
  /** As it came: path and query. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** S3 takes no request of another time. */
const MOST_SKEW_MS = 15 * 60_000

/**
 * Checks a request as AWS describes it, written from that description:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. Payloads have to be
 * signed, in one piece.
 *
 * @returns S3's code for what is wrong with it; undefined when nothing is
 */
export function checkSignature(
  request: SignedRequest,
  credentials: Credentials,
  { region, now }: { region: string; now: Date },
): string | undefined {
  const { headers, body } = request
  const [, id, scope = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? []
  if (id === undefined) return 'AccessDenied'
  if (id !== credentials.accessKeyId) return 'InvalidAccessKeyId'
  if (headers['x-amz-security-token'] !== credentials.sessionToken) return 'InvalidToken'

  const time = String(headers['x-amz-date'])
  if (Math.abs(timeOf(time) - now.getTime()) > MOST_SKEW_MS) return 'RequestTimeTooSkewed'
  const [date, itsRegion] = scope.split('/')
  if (scope !== `${time.slice(0, 8)}/${itsRegion}/s3/aws4_request`) return 'SignatureDoesNotMatch'
  if (itsRegion !== region) return 'AuthorizationHeaderMalformed'

  const names = signed.split(';')
  const mustBeSigned = Object.keys(headers).filter(
    name => name === 'host' || name === 'content-type' || name.startsWith('x-amz-'),
  )
  if (mustBeSigned.some(name => !names.includes(name))) return 'AccessDenied'

  const payload = String(headers['x-amz-content-sha256'])
  const key = [itsRegion, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part ?? ''),
    hmac(`AWS4${credentials.secretAccessKey}`, date ?? ''),
  )
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical(request, names, payload))]
  const expected = hmac(key, text.join('\n'))
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return 'SignatureDoesNotMatch'
  return payload === sha256(body) ? undefined : 'XAmzContentSHA256Mismatch'
}

function canonical({ method, url, headers }: SignedRequest, names: string[], payload: string) {
  const [path = '', query = ''] = url.split('?')
  const uri = path.split('/').map(part => encoded(decodeURIComponent(part)))
  const parameters = query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const [name = '', value = ''] = part.split('=').map(text => encoded(decodeURIComponent(text)))
      return `${name}=${value}`
    })
  const lines = names.map(
    name => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`,
  )
  const parts = [
    method,
    uri.join('/'),
    parameters.sort().join('&'),
    lines.join(''),
    names.join(';'),
  ]
  return [...parts, payload].join('\n')
}

/** Every byte but the unreserved characters, as AWS wants it. */
function encoded(text: string): string {
  return [...Buffer.from(text)]
    .map(byte => {
      const character = String.fromCharCode(byte)
      if (/[A-Za-z0-9._~-]/.test(character)) return character
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function timeOf(text: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const [year = 0, month = 0, day, hour, minute, second] = parts.map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

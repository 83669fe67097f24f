import { DbfleetError } from '../../errors/dbfleet-error.js'

interface Words {
  code: string
  why: string
  hint: string
}

const DENIED: Words = {
  code: 'store-denied',
  why: 'access is denied',
  hint: 'Its policy has to allow s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload.',
}
const BAD_CREDENTIALS: Words = {
  code: 'store-credentials',
  why: 'the credentials are not accepted',
  hint: 'Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile, or `s3` in the configuration: they are wrong, or of another service than the endpoint.',
}
const EXPIRED: Words = {
  code: 'store-credentials',
  why: 'the credentials have expired',
  hint: 'Renew them, such as by `aws sso login`, and run the same command again.',
}
const NO_CREDENTIALS: Words = {
  code: 'store-credentials',
  why: 'there are no credentials',
  hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or `s3` in the configuration.',
}
const NO_BUCKET: Words = {
  code: 'store-missing',
  why: 'there is no such bucket',
  hint: 'Correct its name, or make it; see that the endpoint is the right one.',
}
const NO_REGION: Words = {
  code: 'store-region',
  why: 'the region of the bucket is not known, or another one',
  hint: 'Set AWS_REGION, or `s3.region` in the configuration, to the region of the bucket.',
}
const BUSY: Words = {
  code: 'store-busy',
  why: 'it asked to slow down, again and again',
  hint: 'Run it again later, or with a lower --jobs.',
}
const CLOCK: Words = {
  code: 'store-clock',
  why: "this machine's clock is too far from that of the service",
  hint: 'Set the clock of this machine.',
}
const UNREACHABLE: Words = {
  code: 'store-unreachable',
  why: 'the service cannot be reached',
  hint: 'Look at the network, and at the endpoint: AWS_ENDPOINT_URL_S3, or `s3.endpoint` in the configuration.',
}
const UNCONDITIONAL: Words = {
  code: 'store-unsuitable',
  why: 'the service does not know conditional writes (If-None-Match)',
  hint: 'Two backups could take one name there. Use a service that has them, such as S3, R2 or MinIO.',
}
const CUT: Words = {
  code: 'store-unreachable',
  why: 'the connection broke, again and again',
  hint: 'Run the same command again when the network holds.',
}

const BY_NAME: Record<string, Words> = {
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  AccountProblem: DENIED,
  InvalidAccessKeyId: BAD_CREDENTIALS,
  SignatureDoesNotMatch: BAD_CREDENTIALS,
  InvalidToken: BAD_CREDENTIALS,
  ExpiredToken: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  CredentialsProviderError: NO_CREDENTIALS,
  TokenProviderError: NO_CREDENTIALS,
  NoSuchBucket: NO_BUCKET,
  PermanentRedirect: NO_REGION,
  AuthorizationHeaderMalformed: NO_REGION,
  IllegalLocationConstraintException: NO_REGION,
  SlowDown: BUSY,
  ServiceUnavailable: BUSY,
  TooManyRequests: BUSY,
  Throttling: BUSY,
  ThrottlingException: BUSY,
  RequestLimitExceeded: BUSY,
  RequestTimeTooSkewed: CLOCK,
  NotImplemented: UNCONDITIONAL,
  TimeoutError: CUT,
  RequestTimeout: CUT,
}

const UNREACHABLE_CODES = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ECONNABORTED)/
const CUT_CODES = /^(ECONNRESET|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE|ERR_SSL_)/

/** What AWS's client throws, as far as it is looked at. */
interface ClientError extends Error {
  code?: string
  $metadata?: { httpStatusCode?: number }
}

/**
 * A failure of S3-compatible storage in our words. It tells nothing that was sent: a service may
 * answer with it.
 *
 * @param subject what was asked for, such as `s3://bucket/set/manifest.json`
 * @returns what is none, as it is
 */
export function s3Error(error: unknown, subject: string): unknown {
  if (error instanceof DbfleetError || !isOfClient(error)) return error
  const words = wordsOf(error)
  return new DbfleetError(words.code, `${subject}: ${words.why}`, {
    hint: words.hint,
    cause: error,
  })
}

/** True when there is no object of that name; a service may only say 404. */
export function isMissing(error: unknown): boolean {
  if (!isOfClient(error) || error.name === 'NoSuchBucket') return false
  return error.name === 'NoSuchKey' || statusOf(error) === 404
}

/** True when the object is there already, or becomes so at this moment. */
export function isTaken(error: unknown): boolean {
  return isOfClient(error) && (error.name === 'PreconditionFailed' || statusOf(error) === 412)
}

/** True when two wanted one name at the same time, and neither has it. */
export function isConflict(error: unknown): boolean {
  return isOfClient(error) && error.name === 'ConditionalRequestConflict'
}

/** True when an answer that had begun did not end. */
export function isCut(error: unknown): boolean {
  if (!isOfClient(error)) return false
  return CUT_CODES.test(error.code ?? '') || error.name === 'TimeoutError' || isAborted(error)
}

function wordsOf(error: ClientError): Words {
  const known = BY_NAME[error.name]
  if (known !== undefined) return known
  const code = error.code ?? ''
  if (UNREACHABLE_CODES.test(code)) return { ...UNREACHABLE, why: `${UNREACHABLE.why} (${code})` }
  if (CUT_CODES.test(code) || isAborted(error)) return CUT
  if (/^Region is missing/.test(error.message)) return NO_REGION
  const status = statusOf(error)
  if (status === 401) return BAD_CREDENTIALS
  if (status === 403) return DENIED
  if (status === 301 || status === 307) return NO_REGION
  if (status === 429 || status === 503) return BUSY
  const told = status === undefined ? error.name : `${error.name}, status ${status}`
  return {
    code: 'store-failed',
    why: `the service failed (${told})`,
    hint: 'Run the same command again; if it stays, see that the endpoint is one of S3-compatible storage.',
  }
}

function isAborted({ message }: ClientError): boolean {
  return message === 'aborted' || message === 'socket hang up'
}

function statusOf(error: ClientError): number | undefined {
  return error.$metadata?.httpStatusCode
}

function isOfClient(error: unknown): error is ClientError {
  if (!(error instanceof Error)) return false
  return (
    '$metadata' in error ||
    'tryNextLink' in error ||
    error.name in BY_NAME ||
    UNREACHABLE_CODES.test(codeOf(error)) ||
    CUT_CODES.test(codeOf(error)) ||
    isAborted(error) ||
    /^Region is missing/.test(error.message)
  )
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach } from 'vitest'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { FakePlatform } from './fake-platform.js'

/** What no output may hold. */
export const API_TOKEN = 'canary-of-the-platform-api'
export const ORGANIZATION = 'acme'

/** An account on the fake, the tokens that it made, and the environment of commands. */
export interface TursoUnderTest {
  api: FakePlatform
  /** The tokens that the API made. */
  tokens: string[]
  /** How long the next ones say that they live, in seconds. */
  life: number
  env: Record<string, string>
}

/**
 * Starts the fake of the Platform API, whose databases are namespaces of a real sqld that wants a
 * token. Where sqld cannot run, the tests are skipped and say why.
 */
export function useTurso(): () => TursoUnderTest {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
  const server = useSqld(() => {
    const jwtKeyFile = join(home, 'jwt.pub')
    writeFileSync(jwtKeyFile, publicKey.export({ type: 'spki', format: 'pem' }))
    return { jwtKeyFile }
  })
  const tokens: string[] = []
  const removeNamespace = async (name: string) => {
    const response = await fetch(`${server().adminUrl}/v1/namespaces/${name}`, { method: 'DELETE' })
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
  }
  const makeToken = (scope: string) => {
    const exp = Math.floor(Date.now() / 1_000) + 7_200
    const text = [
      { alg: 'EdDSA', typ: 'JWT' },
      // Each is another one, as its identifier is with Turso.
      { a: 'rw', iat: exp - state.life, exp, rid: `canary-${scope}-${tokens.length}` },
    ]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const token = `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
    tokens.push(token)
    return token
  }
  const env = { TURSO_API_TOKEN: API_TOKEN }
  const state = { tokens, life: 7_200, env }
  let api: FakePlatform | undefined
  beforeEach(async () => {
    api = new FakePlatform({
      organization: ORGANIZATION,
      apiToken: API_TOKEN,
      backend: {
        create: name => createNamespace(server(), name),
        remove: removeNamespace,
        hostname: name => `${name}.localhost:${new URL(server().url).port}`,
      },
      makeToken,
    })
    await api.start()
  })
  afterEach(async () => {
    for (const name of api?.databases.keys() ?? []) {
      await removeNamespace(`${name}-${ORGANIZATION}`).catch(() => {})
    }
    await api?.[Symbol.asyncDispose]()
    tokens.length = 0
    state.life = 7_200
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  return () => {
    if (api === undefined) throw new Error('the fake runs only while a test does')
    return Object.assign(state, { api })
  }
}

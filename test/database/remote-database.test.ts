import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { DatabaseTarget } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'
import { Connections } from '../../src/database/remote/connections.js'
import { createKeys, createToken } from '../../src/index.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { describeDatabase } from './contract.js'

const server = useSqld()
const connections = new Connections()
afterAll(() => connections.close())

async function newTarget(scheme: 'http' | 'ws'): Promise<DatabaseTarget> {
  const namespace = randomUUID()
  await createNamespace(server(), namespace)
  const url = server().url.replace('http', scheme)
  return { name: namespace, endpoint: { url, namespace, timeoutMs: 30_000 } }
}

const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const guarded = useSqld(async () => {
  await createKeys({ out: home })
  return { jwtKeyFile: join(home, 'jwt.pub.pem') }
})

describeDatabase('sqld with a token', {
  opener: () => createOpener('remote', connections),
  async target() {
    const namespace = randomUUID()
    await createNamespace(guarded(), namespace)
    const { token } = await createToken({ key: join(home, 'jwt.pem'), databases: [namespace] })
    const { url } = guarded()
    return { name: namespace, endpoint: { url, namespace, authToken: token, timeoutMs: 30_000 } }
  },
})

describeDatabase('the primary of an embedded replica', {
  opener: () => createOpener('remote', connections),
  async target() {
    const target = await newTarget('http')
    return { ...target, replica: { name: target.name, path: join(home, `${target.name}.db`) } }
  },
})

for (const scheme of ['http', 'ws'] as const) {
  describeDatabase(`sqld over ${scheme}`, {
    opener: () => createOpener('remote', connections),
    target: () => newTarget(scheme),
  })
}

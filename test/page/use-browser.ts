import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { WebSocket } from 'ws'

/** Names of the one browser that these tests know how to drive. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome']

/** A page in a browser, driven by the DevTools protocol. */
export interface Tab {
  /** The URLs that were asked for. */
  requests: string[]
  /** What the console and the policy complained of. */
  complaints: string[]
  send(method: string, params?: object): Promise<Record<string, unknown>>
  /** Opens a file, and waits until it is loaded. */
  open(file: string): Promise<void>
  /** The value of an expression in the page, which has to be plain data. */
  evaluate<Value>(expression: string): Promise<Value>
  press(key: string): Promise<void>
  type(text: string): Promise<void>
}

/** Starts a browser for the tests of a file; where there is none they are skipped and say so. */
export function useBrowser(): () => Promise<Tab> {
  let browser: Browser | undefined
  const name = BROWSERS.find(each => spawnSync(each, ['--version']).status === 0)
  beforeAll(async () => {
    if (name !== undefined) browser = await Browser.start(name)
  }, 120_000)
  beforeEach(context => {
    if (browser === undefined) context.skip(`found no browser: ${BROWSERS.join(', ')}`)
  })
  afterAll(() => browser?.end())
  return async () => {
    if (browser === undefined)
      throw new Error('the browser runs only while the tests of this file do')
    return browser.tab()
  }
}

interface Message {
  id?: number
  sessionId?: string
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { message: string }
}

class Browser {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #listeners = new Set<(message: Message) => void>()
  #last = 0

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#socket = socket
    socket.on('message', data => {
      const message = JSON.parse(String(data)) as Message
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message)
      else for (const listener of this.#listeners) listener(message)
    })
  }

  static async start(name: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'dbfleet-browser-'))
    const child = spawn(
      name,
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const url = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.on('exit', () => reject(new Error(`the browser ended: ${text}`)))
    })
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new Browser(child, profile, socket)
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit')
    await this.#send('Browser.close', {}).catch(() => undefined)
    await ended
    this.#socket.close()
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  async tab(): Promise<Tab> {
    const { targetId } = await this.#send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.#send('Target.attachToTarget', { targetId, flatten: true })
    const session = String(sessionId)
    const send = (method: string, params: object = {}) => this.#send(method, params, session)
    const requests: string[] = []
    const complaints: string[] = []
    let loaded = () => {}
    this.#listeners.add(({ sessionId: from, method, params = {} }) => {
      if (from !== session) return
      const told = JSON.stringify(params)
      if (method === 'Network.requestWillBeSent') {
        requests.push(String((params.request as { url: string }).url))
      }
      if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled') {
        complaints.push(told)
      }
      if (method === 'Log.entryAdded') complaints.push(told)
      if (method === 'Page.javascriptDialogOpening') complaints.push(told)
      if (method === 'Page.loadEventFired') loaded()
    })
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)
    return {
      requests,
      complaints,
      send,
      async open(file) {
        const isLoaded = new Promise<void>(resolve => {
          loaded = resolve
        })
        await send('Page.navigate', { url: `file://${file}` })
        await isLoaded
      },
      async evaluate<Value>(expression: string): Promise<Value> {
        const { result, exceptionDetails } = await send('Runtime.evaluate', {
          expression,
          returnByValue: true,
          awaitPromise: true,
        })
        if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
        return (result as { value: Value }).value
      },
      async press(key) {
        const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined
        const named = { key, code: key, windowsVirtualKeyCode: KEY_CODES[key] ?? 0 }
        await send('Input.dispatchKeyEvent', {
          type: text === undefined ? 'rawKeyDown' : 'keyDown',
          ...named,
          ...(text !== undefined && { text }),
        })
        await send('Input.dispatchKeyEvent', { type: 'keyUp', ...named })
      },
      async type(text) {
        await send('Input.insertText', { text })
      },
    }
  }

  #send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id)
        if (error === undefined) resolve(result ?? {})
        else reject(new Error(`${method}: ${error.message}`))
      })
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
    })
  }
}

const KEY_CODES: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  End: 35,
  Home: 36,
  ArrowUp: 38,
  ArrowDown: 40,
  '/': 191,
}

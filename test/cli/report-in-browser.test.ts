import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Tab, useBrowser } from '../page/use-browser.js'
import { HOSTILE, makeReportedFleet, USERS } from './reported-fleet.js'
import { runCli } from './run-cli.js'

const TOTAL = USERS + HOSTILE.length + 1

describe('the page of report, in a browser', () => {
  const newTab = useBrowser()
  let cwd = ''
  let file = ''

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
    file = join(cwd, 'report.html')
    await makeReportedFleet(cwd)
    await runCli(['report', '--out', file], { cwd })
  }, 240_000)
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  async function opened(): Promise<Tab> {
    const tab = await newTab()
    await tab.open(file)
    return tab
  }

  const count = (tab: Tab) => tab.evaluate<string>("document.getElementById('count').textContent")
  const rows = (tab: Tab) => tab.evaluate<number>("document.querySelectorAll('button.name').length")
  const focused = (tab: Tab) =>
    tab.evaluate<string>('document.activeElement.id || document.activeElement.textContent')

  it('loads nothing else, runs nothing of a name, and has no complaint', async () => {
    const tab = await opened()
    await tab.press('/')
    for (const name of HOSTILE) {
      await tab.type(name)
      await tab.press('Enter')
      await tab.press('Enter')
      await tab.press('Escape')
    }
    expect(tab.requests).toEqual([`file://${file}`])
    expect(tab.complaints).toEqual([])
    expect(await tab.evaluate("document.querySelectorAll('img').length")).toBe(0)
  })

  it('would not load or run what came into it all the same', async () => {
    const tab = await opened()
    await tab.evaluate(`(() => {
      const image = document.createElement('img')
      image.src = 'https://example.invalid/x.png'
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(image, script)
    })()`)
    expect(await tab.evaluate('window.ran === undefined')).toBe(true)
    expect(tab.complaints.length).toBeGreaterThan(0)
  })

  it('finds databases by a part of their name', async () => {
    const tab = await opened()
    expect([await count(tab), await rows(tab)]).toEqual([
      `${TOTAL} of ${TOTAL} databases, the first 100 are shown`,
      100,
    ])
    await tab.press('/')
    expect(await focused(tab)).toBe('name')
    await tab.type('USER-02')
    expect([await count(tab), await rows(tab)]).toEqual([`10 of ${TOTAL} databases`, 10])
    await tab.press('Escape')
    expect(await rows(tab)).toBe(100)
    await tab.evaluate("document.getElementById('more').click()")
    expect(await rows(tab)).toBe(TOTAL)
    expect(await tab.evaluate("document.getElementById('more').hidden")).toBe(true)
    await tab.type('no such database')
    expect([await count(tab), await rows(tab)]).toEqual([`0 of ${TOTAL} databases`, 0])
  })

  it('shows one database, by the keyboard alone', async () => {
    const tab = await opened()
    await tab.press('/')
    await tab.type('user-00')
    await tab.press('ArrowDown')
    expect(await focused(tab)).toBe('user-001')
    await tab.press('ArrowDown')
    expect(await focused(tab)).toBe('user-002')
    await tab.press('End')
    expect(await focused(tab)).toBe('user-009')
    await tab.press('Home')
    await tab.press('Enter')
    const details = await tab.evaluate<string>("document.querySelector('.details').textContent")
    expect(details).toContain('at 20260102000000_create_b, 1 pending: 20260103000000_unique_v')
    expect(details).toContain('UNIQUE constraint failed: a.v')
    expect(details).toContain('failed in run 3')
    expect(details).toContain('in the set 2')
    await tab.press('Enter')
    expect(await tab.evaluate("document.querySelector('.details')")).toBeNull()
    await tab.press('ArrowUp')
    expect(await focused(tab)).toBe('name')
  })

  it('lists the databases of a group', async () => {
    const tab = await opened()
    await tab.evaluate(`[...document.querySelectorAll('#schemas tbody tr')]
      .find(row => row.textContent.includes('not as expected')).querySelector('button').click()`)
    expect(await count(tab)).toMatch(/^2 of \d+ databases \(not as expected at /)
    expect(await focused(tab)).toBe('name')
    await tab.evaluate("document.getElementById('all').click()")
    expect(await rows(tab)).toBe(100)
  })

  it.each([
    [1280, 'light'],
    [390, 'light'],
    [390, 'dark'],
    [320, 'dark'],
  ])('fits %i pixels, and its colours stand out when it is %s', async (width, scheme) => {
    const tab = await newTab()
    const screen = { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 }
    await tab.send('Emulation.setDeviceMetricsOverride', screen)
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    await tab.send('Emulation.setEmulatedMedia', { features })
    await tab.open(file)
    await tab.evaluate("document.querySelector('button.name').click()")
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const paper = await tab.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    expect(luminance(paper) > 0.5).toBe(scheme === 'light')
    const pairs = await tab.evaluate<[string, string, string][]>(COLOURS)
    expect(pairs.length).toBeGreaterThan(50)
    const faint = pairs.filter(([, ink, ground]) => contrast(ink, ground) < 4.5)
    expect(faint).toEqual([])
  })

  it('has a name for everything that can be pressed, and a heading for each part', async () => {
    const tab = await opened()
    const { nodes } = await tab.send('Accessibility.getFullAXTree')
    const tree = nodes as { role?: { value: string }; name?: { value: string } }[]
    const nameless = tree.filter(
      ({ role, name }) =>
        ['button', 'link', 'searchbox', 'table', 'region', 'figure', 'image'].includes(
          role?.value ?? '',
        ) && (name?.value ?? '') === '',
    )
    expect(nameless).toEqual([])
    const roles = new Set(tree.map(({ role }) => role?.value))
    for (const role of ['main', 'navigation', 'search', 'status', 'banner', 'columnheader']) {
      expect([role, roles.has(role)]).toEqual([role, true])
    }
  })
})

/** Texts of the page with their colour and that of what is behind them. */
const COLOURS = `(() => {
  const ground = element => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (colour !== 'rgba(0, 0, 0, 0)') return colour
    }
    return 'rgb(255, 255, 255)'
  }
  const told = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement: element, textContent } = walker.currentNode
    if (textContent.trim() === '' || element.getClientRects().length === 0) continue
    told.push([textContent.slice(0, 40), getComputedStyle(element).color, ground(element)])
  }
  return told
})()`

/** As WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(part => {
    const share = Number(part) / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

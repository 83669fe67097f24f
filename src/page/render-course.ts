import { formatDuration, plural } from '../output/format.js'
import type { RunCourse, Wave } from '../report/run-course.js'
import type { RunRow } from '../report/run-rows.js'
import { html, type Markup } from './html.js'
import { momentWords } from './time-words.js'

const WIDTH = 1000
const HEIGHT = 160

/** A run over time: how many databases were done at each moment, and the waves that they were in. */
export function renderCourse(
  { run, waves, moments }: RunCourse & { run: RunRow },
  now: number,
): Markup {
  const from = Date.parse(run.startedAt)
  const lastAt = moments.at(-1)?.at ?? from
  const until = Math.max(lastAt, run.endedAt === null ? now : Date.parse(run.endedAt), from + 1)
  const x = (at: number) => (((at - from) / (until - from)) * WIDTH).toFixed(1)
  let done = 0
  let failed = 0
  const course = moments.map(moment => {
    done += moment.ok + moment.failed + moment.skipped
    failed += moment.failed
    return { at: moment.at, done, failed }
  })
  const total = Math.max(run.total - run.idle, done, 1)
  const area = (of: 'done' | 'failed') => {
    const y = (count: number) => (HEIGHT - (count / total) * HEIGHT).toFixed(1)
    const steps = course.map(point => `L${x(point.at)} ${y(point[of])}`).join('')
    const end = course.at(-1)
    const level = end === undefined ? HEIGHT : y(end[of])
    return `M0 ${HEIGHT}${steps}L${WIDTH} ${level}V${HEIGHT}Z`
  }
  const took = formatDuration(until - from)
  const words = `Run ${run.id}, ${run.verb}: ${plural(done, 'database')} done of ${plural(total, 'database')} in ${took}, ${plural(failed, 'failure')}`
  return html`<figure class="course" aria-labelledby="course"><figcaption id="course">${words}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${waves.map((wave, index) => band(wave, index, x, until))}<path class="done" d="${area('done')}"/><path class="failed" d="${area('failed')}"/></svg>
<div class="axis"><span>${momentWords(from)} UTC</span><span>${run.endedAt === null ? 'still running, ' : ''}${took} later</span></div></figure>
${waves.length === 0 ? html`` : waveTable(waves, from)}`
}

function band(wave: Wave, index: number, x: (at: number) => string, until: number): Markup {
  if (wave.startedAt === null) return html``
  const left = x(wave.startedAt)
  const width = Math.max(0, Number(x(wave.endedAt ?? until)) - Number(left)).toFixed(1)
  return html`<rect class="wave ${index % 2 === 0 ? 'even' : 'odd'}" x="${left}" width="${width}" height="${HEIGHT}"/>`
}

function waveTable(waves: readonly Wave[], from: number): Markup {
  const after = (at: number | null) => (at === null ? '' : `after ${formatDuration(at - from)}`)
  return html`<table class="waves"><caption class="unseen">The waves of that run</caption>
<thead><tr><th scope="col">Wave</th><th scope="col">Began</th><th scope="col">Ended</th><th scope="col">Health</th></tr></thead>
<tbody>${waves.map(
    ({ name, startedAt, endedAt, health }) =>
      html`<tr><th scope="row">${name}</th> <td data-title="began">${startedAt === null ? 'not begun' : after(startedAt)}</td> <td data-title="ended">${after(endedAt)}</td> <td data-title="health">${health === null ? '' : healthWords(health)}</td></tr>`,
  )}</tbody></table>`
}

/** What the health command said: `{status, output}`. */
function healthWords(health: string): string {
  try {
    const { status, output } = JSON.parse(health) as { status?: unknown; output?: unknown }
    const said = typeof output === 'string' ? output.trim().slice(0, 200) : ''
    return `exit status ${String(status)}${said === '' ? '' : `: ${said}`}`
  } catch {
    return health.slice(0, 200)
  }
}

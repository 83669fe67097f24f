/*
 * How a floating-point number is written, so that every SQLite reads the same bits. SQLite's reading
 * of decimals is not exact: versions differ in the last bit of numbers with 16 digits and more, and
 * some in numbers with fewer. Integers below 2^53, divided or multiplied once by a power of ten
 * up to 10^22, and any number of times by powers of two, are exact by IEEE 754 everywhere.
 *
 * `realLiteral` and `realExpression` give the same text, one in JavaScript, one in SQL.
 */

const TWO_52 = 2 ** 52

/** Decimals after the point, and the power of ten that moves them before it, as SQL writes it. */
const DECIMALS: readonly [power: number, sql: string][] = [
  [1e6, '1e6'],
  [1e9, '1e9'],
  [1e12, '1e12'],
  [1e15, '1e15'],
]

/** Below the bound a number is a 62-bit integer after so many doublings. Halving undoes them. */
const BINARY: readonly [bound: number, doublings: number][] = [
  [2 ** -20, 82],
  [2 ** -10, 72],
  [1, 62],
  [2 ** 10, 52],
  [2 ** 20, 42],
  [2 ** 30, 32],
  [2 ** 40, 22],
  [2 ** 50, 12],
  [2 ** 53, 2],
]
/** What is smaller is written by `anyBinary`. */
const SMALLEST = 2 ** -30

/** A decimal of at most 15 digits, three of them after the point, is read exactly by all versions. */
const PLAIN_BOUND = 1e12
const DIGITS_15 = 1e15

/** A number, not NaN, as an SQL expression. */
export function realLiteral(x: number): string {
  if (x === 0) return Object.is(x, -0) ? '0.0*-1' : '0.0'
  if (!Number.isFinite(x)) return x > 0 ? '9e999' : '-9e999'
  const size = Math.abs(x)
  if (size < 2 ** 53 && Number.isInteger(x)) return `${x}.0`
  if (size < PLAIN_BOUND && scaled(x, 1000) / 1000 === x) return String(x)
  for (const [power, sql] of DECIMALS) {
    const n = size < DIGITS_15 / power ? scaled(x, power) : 0
    if (n !== 0 && n / power === x) return `${n}/${sql}`
  }
  const binary = size < SMALLEST ? undefined : BINARY.find(([bound]) => size < bound)
  if (binary === undefined) return anyDecimal(x) ?? anyBinary(x)
  return BigInt(x * 2 ** binary[1]) + halvings(binary[1])
}

/**
 * The same text as an SQL expression over a column that holds a real. NULL for the few that it
 * cannot write: infinities, very large and very small ones, and zero where it may be negative.
 *
 * @param c the column as SQL
 * @param signedZero whether the column may hold -0.0, which SQL cannot tell from 0.0
 */
export function realExpression(c: string, { signedZero }: { signedZero: boolean }): string {
  const scaledBy = (power: string) =>
    `CAST(${c} * ${power} + CASE WHEN ${c} < 0 THEN -0.5 ELSE 0.5 END AS INTEGER)`
  const decimals = DECIMALS.map(([power, sql]) => {
    const n = scaledBy(sql)
    return `WHEN abs(${c}) < ${realLiteral(DIGITS_15 / power)} AND ${n} <> 0 AND ${n} / ${sql} = ${c} THEN ${n} || '/${sql}'`
  })
  const binary = BINARY.map(([bound, doublings]) => {
    const m = `CAST(${c}${halvings(doublings).replaceAll('/', ' * ')} AS INTEGER)`
    return `WHEN abs(${c}) < ${realLiteral(bound)} THEN ${m} || '${halvings(doublings)}'`
  })
  return `CASE WHEN ${c} = 0 THEN ${signedZero ? 'NULL' : "'0.0'"}
 WHEN abs(${c}) >= ${realLiteral(2 ** 53)} THEN NULL
 WHEN CAST(${c} AS INTEGER) = ${c} THEN CAST(${c} AS INTEGER) || '.0'
 WHEN abs(${c}) < ${realLiteral(PLAIN_BOUND)} AND ${scaledBy('1000.0')} / 1000.0 = ${c} THEN format('%!.15g', ${c})
 ${decimals.join('\n ')}
 WHEN abs(${c}) < ${realLiteral(SMALLEST)} THEN NULL
 ${binary.join('\n ')} END`
}

/** To the nearest integer, away from zero at a half, as both languages compute it. */
function scaled(x: number, power: number): number {
  return Math.trunc(x * power + (x < 0 ? -0.5 : 0.5))
}

function halvings(count: number): string {
  const whole = `/${TWO_52}.0`.repeat(Math.floor(count / 52))
  const rest = count % 52
  return rest === 0 ? whole : `${whole}/${2 ** rest}.0`
}

/** As in 1e20 or 2.5e-18: few digits and one exact power of ten. */
function anyDecimal(x: number): string | undefined {
  const [, sign = '', digits = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)(?:e([+-]\d+))?$/.exec(String(x)) ?? []
  const n = BigInt(digits + fraction)
  const power = Number(exponent) - fraction.length
  if (n >= 2n ** 53n || Math.abs(power) > 22) return undefined
  return `${sign}${n}${power < 0 ? '/' : '*'}1e${Math.abs(power)}`
}

/** Any finite number: its mantissa as an integer, doubled or halved as often as it takes. */
function anyBinary(x: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & (2n ** 52n - 1n)
  const mantissa = biased === 0 ? fraction : fraction | (2n ** 52n)
  const exponent = Math.max(biased, 1) - 1075
  const steps = halvings(Math.abs(exponent))
  return `${x < 0 ? '-' : ''}${mantissa}${exponent < 0 ? steps : steps.replaceAll('/', '*')}`
}

import fc from 'fast-check'

const fragments = [
  ...[
    "'",
    "''",
    '"',
    '""',
    '`',
    '[',
    ']',
    "x'",
    "X'aB'",
    "x'a'",
    '0',
    '1',
    '0x',
    '0xF',
    '_',
    '1_0',
  ],
  ...[
    '.',
    'e',
    'E',
    '+',
    '-',
    '--',
    '->',
    '->>',
    '/',
    '/*',
    '*',
    '*/',
    ' ',
    '\n',
    '\t',
    '\v',
    '\f',
  ],
  ...['\r', '\uFEFF', 'é', '\u00a0', '😀', '\u2028', '$', '@', ':', '::', '#', '?', '(', ')', ';'],
  ...[',', '<', '>', '=', '!', '|', '&', '~', '%', '\\', '^', '{', '}', '\x7f', '\x01', '\0'],
  ...[
    'a',
    'begin',
    'END',
    'CREATE',
    'TEMP',
    'TRIGGER',
    'EXPLAIN',
    'create trigger ',
    ';end;',
    '; ',
  ],
]

/** Texts in which SQL's quotes, comments, keywords and operators meet in every order. */
export const sqlLikeText = fc
  .array(fc.constantFrom(...fragments), { maxLength: 20 })
  .map(parts => parts.join(''))

/** Any string at all: lone surrogates and control characters too. */
export const anyText = fc
  .array(fc.nat(0xffff), { maxLength: 60 })
  .map(codes => String.fromCharCode(...codes))

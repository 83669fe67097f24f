/** A reading of an instrument as JSON, of about 200 bytes; another for each number. */
export function reading(i) {
  return JSON.stringify({
    version: `15b3${(i * 2654435761) % 4294967296}`,
    func: `measurement[${i % 50}]`,
    t0: 3962965456.853 + i,
    user: 'jschrier',
    hostname: `lab-${i % 9}`,
    tag: 'tutorial',
    in: [(i % 100) / 100, 0.2, 0.3],
    out: { '415nm': i % 9973, '445nm': 9974, '480nm': i % 5835, clear: 30842, nir: 4111 },
  })
}

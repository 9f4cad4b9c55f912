import {writeFileSync} from 'node:fs'
import {cpus, loadavg, totalmem} from 'node:os'
import {fileURLToPath} from 'node:url'

const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))

function limit({bound, side, what}) {
  const unit = what === 'as exponent' ? '' : 'x'
  return `${side === 'most' ? 'at most' : 'at least'} ${bound}${unit}`
}

/** Writes docs/performance.md: every figure of this run beside its bound, with the machine it ran on. */
export function writeResults(results, runs) {
  const rows = results.map(each => {
    const {name, measured, bound, what} = each
    const value = what === 'as exponent' ? measured.toFixed(2) : `${measured.toFixed(bound < 0.1 ? 4 : 2)}x ${what}`
    const good = each.side === 'most' ? measured <= bound : measured >= bound
    return `| ${name} | ${value} | ${limit(each)} | ${good ? 'yes' : 'no'} |`
  })
  writeFileSync(
    PAGE,
    `# Performance

Written by \`npm run bench\`: run it again rather than edit it. Each figure is a median of up to ${runs} runs and a ratio to a bare program that runs in turn with it, so
a slow or busy machine changes both. Growth is the power of the input's size that CPU time and memory follow from 4x to 16x; 1 is linear.

${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${loadavg()[2].toFixed(1)} over the last 15 minutes.

| what | measured | bound | met |
|---|---|---|---|
${rows.join('\n')}
`,
  )
}

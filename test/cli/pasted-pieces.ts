import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from '@jest/globals'
import {explainReport} from '../../src/reports/explain/report.js'
import {readReport} from '../../src/reports/read/report.js'
import {CLIENT_TOOLS} from '../fixtures/pieces/client-tools.js'
import {CLIENTS_IN_TROUBLE} from '../fixtures/pieces/clients-in-trouble.js'
import {HEALTHY_CHARTS} from '../fixtures/pieces/healthy-charts.js'
import {KERNEL_AND_CLUSTER} from '../fixtures/pieces/kernel-and-cluster.js'
import {KUBECTL_OUTPUT} from '../fixtures/pieces/kubectl-output.js'
import {LINES_AND_RECORDS} from '../fixtures/pieces/lines-and-records.js'
import {LOGS_OF_VENDORS} from '../fixtures/pieces/logs-of-vendors.js'
import {MANIFEST_PIECES} from '../fixtures/pieces/manifests.js'
import {OBJECTS_WITH_MISTAKES} from '../fixtures/pieces/objects-with-mistakes.js'
import {PAGES_AND_LOGS} from '../fixtures/pieces/pages-and-logs.js'
import {PAGES_OF_ISTIOD} from '../fixtures/pieces/pages-of-istiod.js'
import {PASTED_PIECES, type PastedPiece} from '../fixtures/pieces/pieces.js'
import {PROXIES_IN_TROUBLE} from '../fixtures/pieces/proxies-in-trouble.js'
import {RULES_IN_LOGS} from '../fixtures/pieces/rules-in-logs.js'
import {RULES_OF_NODES} from '../fixtures/pieces/rules-of-nodes.js'
import {RULES_OF_PODS} from '../fixtures/pieces/rules-of-pods.js'
import {TABLES_AND_DUMPS} from '../fixtures/pieces/tables-and-dumps.js'
import {meshctl} from '../support/cli.js'
import {corpusShare} from '../support/oracle-size.js'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-pieces-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/** What the answer says in its own words, line by line and as one line: whole lines of the question are not an answer. */
function ownWords(said: string, {text}: PastedPiece): string {
  const squashed = (words: string) => words.replace(/[^\S\n]+/g, ' ').trim()
  const quotes = text
    .split('\n')
    .map(squashed)
    .filter(line => line.length >= 60)
  const lines = quotes.reduce((left, quote) => left.replaceAll(quote, ''), squashed(said))
  return `${lines}\n${lines.replace(/\s+/g, ' ')}`
}

const ALL = [
  ...PASTED_PIECES,
  ...CLIENT_TOOLS,
  ...CLIENTS_IN_TROUBLE,
  ...HEALTHY_CHARTS,
  ...KERNEL_AND_CLUSTER,
  ...KUBECTL_OUTPUT,
  ...LOGS_OF_VENDORS,
  ...MANIFEST_PIECES,
  ...LINES_AND_RECORDS,
  ...OBJECTS_WITH_MISTAKES,
  ...PAGES_AND_LOGS,
  ...PAGES_OF_ISTIOD,
  ...PROXIES_IN_TROUBLE,
  ...RULES_IN_LOGS,
  ...RULES_OF_NODES,
  ...RULES_OF_PODS,
  ...TABLES_AND_DUMPS,
]
const asked = (command: string) => ALL.filter(piece => (piece.command === command) === true)
const cli = ALL.filter(({command}) => command !== 'explain' && command !== 'read')
const named = (pieces: readonly PastedPiece[]) =>
  pieces.map(piece => [`${piece.title} (${piece.source})`, piece] as const)

/** Asks about every piece that is explained or read, and about a share of those another command answers, each as a process. */
export function piecesAreAnswered(share: number): void {
  test.each(named(asked('explain')))('explain: %s', (_, piece) => {
    const {lines} = explainReport(() => [], `${piece.text}\n`)
    const said = lines.flatMap(({means, also, next, words}) => [
      means,
      ...also,
      next,
      ...words.map(({meaning}) => meaning),
    ])
    for (const words of piece.says) expect(said.join(' ')).toMatch(words)
    for (const words of piece.never ?? []) expect(said.join(' ')).not.toMatch(words)
  })

  test.each(named(asked('read')))('read: %s', (_, piece) => {
    const {findings} = readReport([{label: 'text', bytes: Buffer.from(piece.text)}])
    for (const words of piece.says) expect(findings.join(' ')).toMatch(words)
    for (const words of piece.never ?? []) expect(findings.join(' ')).not.toMatch(words)
  })

  test.each(named(corpusShare('PIECES', cli, share)))('%s', async (_, piece) => {
    const path = join(folder, `piece-${cli.indexOf(piece)}.txt`)
    writeFileSync(path, piece.text)
    const run = await meshctl([...piece.command.split(' '), '-f', path])
    expect(piece.exit === undefined ? [0, 1, 3] : [piece.exit]).toContain(run.code)
    const said = ownWords(`${run.stdout} ${run.stderr}`, piece)
    for (const words of piece.says) expect(said).toMatch(words)
    for (const words of piece.never ?? []) expect(said).not.toMatch(words)
  })
}

import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect} from '@jest/globals'
import {meshctl} from '../../support/cli.js'
import {corpusShare} from '../../support/oracle-size.js'
import {skipUnless} from '../../support/skip-unless.js'
import {ARGS_AND_INJECTION} from './args-and-injection.js'
import {DEMO_AND_COMPOSE} from './demo-and-compose.js'
import {type Item, PAGES, type Piece} from './item.js'
import {NOTES_OF_1_5} from './notes-of-1-5.js'

const FOLDER = '../shared/seeds'
const LIST = '../shared/seed-items.md'

const folder = mkdtempSync(join(tmpdir(), 'meshctl-items-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/** A piece in the prose it would be sent in; a whole page has its own. */
function textOf({page, from, to, edit = []}: Piece): string {
  const text = readFileSync(join(FOLDER, PAGES[page]), 'utf8')
  if (from === undefined || to === undefined) return text
  const lines = text.split('\n')
  const first = lines.findIndex(line => line.includes(from))
  const last = lines.findIndex((line, index) => index >= first && line.includes(to))
  if (first < 0 || last < 0) throw new Error(`page ${page} has no part from ${from} to ${to}`)
  const piece = edit.reduce(
    (all, [before, after]) => {
      if (!all.includes(before)) throw new Error(`${before} is not in the part`)
      return all.replace(before, after)
    },
    `${lines.slice(first, last + 1).join('\n')}\n`,
  )
  return `请大家帮忙看一下，下面是我这边的输出：\n\n\`\`\`\n${piece}\`\`\`\n\n这说明了什么？谢谢。\n`
}

function argvOf({id, command, input}: Item): readonly string[] {
  const [first = '', ...rest] = command.split(' ')
  const paths = input.map((each, index) => {
    if (typeof each === 'string') {
      const path = join(folder, `${id}-${index}.txt`)
      writeFileSync(path, each)
      return path
    }
    if (each.from === undefined) return join(FOLDER, PAGES[each.page])
    const path = join(folder, `${id}-${index}.md`)
    writeFileSync(path, textOf(each))
    return path
  })
  const named = first === 'read' || first === 'diff' ? paths : paths.flatMap(path => ['-f', path])
  return [first, ...rest, ...named]
}

const ITEMS = [...DEMO_AND_COMPOSE, ...NOTES_OF_1_5, ...ARGS_AND_INJECTION]

const {test} = skipUnless(existsSync(FOLDER), `${FOLDER} (five documents on Istio 1.0 to 1.11)`)

/** Runs meshctl on a share of the items, each a piece of a page as its author wrote it. */
export function itemsAreAnswered(share: number): void {
  test.each(corpusShare('ITEMS', ITEMS, share).map(item => [`${item.id} ${item.title}`, item] as const))(
    '%s',
    async (_, item) => {
      const run = await meshctl(argvOf(item))
      const said = `${run.stdout} ${run.stderr}`.replace(/\s+/g, ' ')
      for (const each of item.says) expect(said).toMatch(each)
      for (const each of item.never ?? []) expect(said).not.toMatch(each)
      expect(item.exit ?? [0, 1, 3]).toContain(run.code)
    },
  )
}

/** Compares the items with the list they are from. */
export function noItemIsLeftOut(): void {
  test('no item of the list is left out', () => {
    const listed = [...readFileSync(LIST, 'utf8').matchAll(/^\| (\d\.\d+) \|/gm)].map(([, id]) => id)
    expect(listed.length).toBeGreaterThan(90)
    expect(listed.filter(id => !ITEMS.some(item => item.id === id))).toEqual([])
  })
}

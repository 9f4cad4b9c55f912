import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {Parser} from 'htmlparser2'
import {type Link, placed} from '../../../src/terminal/html/graph-layout.js'
import {html, idOf, markupText} from '../../../src/terminal/html/markup.js'
import {docPage} from '../../../src/terminal/html/page.js'
import {overlaps} from '../../support/overlaps.js'
import {seeded} from '../../support/seeded.js'

/** Texts as a pod, a log or an object could hold them. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></script><svg onload=alert(1)>',
  '&lt;b&gt; &amp; &#x3c;',
  '\u202Egpj.exe\u001b[31m\u0000',
  '<!--',
  ']]>',
  `$\{alert(1)}\``,
]

/** The elements of a page with their attributes, as another parser reads them. */
function elements(text: string): readonly {readonly name: string; readonly attributes: Record<string, string>}[] {
  const found: {name: string; attributes: Record<string, string>}[] = []
  const parser = new Parser({onopentag: (name, attributes) => void found.push({name, attributes})})
  parser.end(text)
  return found
}

function pageOf(words: readonly string[]): string {
  const rows = words.map(word => [word, {text: word, tone: 'bad' as const}])
  return docPage(
    words.join(''),
    words.join(''),
    words,
    [
      {block: 'heading', text: words.join('')},
      {block: 'text', lines: words},
      {block: 'fields', fields: words.map(word => [word, word] as const)},
      {block: 'table', style: 'columns', header: words, rows},
      {block: 'tree', roots: words.map(word => ({label: [word], detail: [word], children: [{label: [word]}]}))},
    ],
    'meshctl',
  )
}

describe('markup', () => {
  test('texts from outside make no element and no attribute', () => {
    const shape = (words: readonly string[]) =>
      elements(pageOf(words)).map(({name, attributes}) => [name, Object.keys(attributes).sort()])
    expect(shape(HOSTILE)).toEqual(shape(HOSTILE.map(() => 'plain')))
  })

  test('a reader sees the text as it is, control characters spelled out', () => {
    const texts: string[] = []
    new Parser({ontext: each => void texts.push(each)}, {decodeEntities: true}).end(
      markupText(html`${HOSTILE.join('\n')}`),
    )
    const text = texts.join('')
    expect(text.split('\n')).toEqual(
      HOSTILE.map(each => each.replace('\u202E', '\\u202e').replace('\u001b', '\\x1b').replace('\u0000', '\\x00')),
    )
  })

  test('data cannot pose as markup', () => {
    const posing = JSON.parse('{"markup": "<b>", "html": "<b>", "description": "markup"}')
    expect(() => markupText(html`${posing}`)).toThrow()
  })

  test('ids are made of letters and digits and differ where names differ', () => {
    expect(idOf('a', 'x"y')).toMatch(/^[\w-]+$/)
    expect(idOf('a', 'x.y')).not.toBe(idOf('a', 'x/y'))
  })
})

test('the policy of a page allows its own style and script by their hashes and nothing from anywhere', () => {
  const page = pageOf(['x'])
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
  const hash = (text: string) => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
  const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? []
  expect(policy).toContain(`style-src ${hash(style)};`)
  expect(policy).toContain(`script-src ${hash(script)};`)
  expect(policy).toContain('default-src &#39;none&#39;')
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  expect(
    elements(page)
      .flatMap(({attributes}) => Object.keys(attributes))
      .filter(name => /^(on|style$)/.test(name)),
  ).toEqual([])
})

describe('colours', () => {
  const css = readFileSync('src/page/style.css', 'utf8')
  const palette = (block: string) =>
    Object.fromEntries(
      [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
    )
  const light = palette(/:root \{([^}]*)\}/.exec(css)?.[1] ?? '')
  const dark = palette(/:root\[data-theme="dark"\] \{([^}]*)\}/.exec(css)?.[1] ?? '')
  /** Relative luminance and contrast (WCAG 2.2, 1.4.3). */
  const luminance = (colour: string) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, share, at) => {
      const part = Number.parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16) / 255
      return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    }, 0)
  const contrast = (a = '', b = '') => {
    const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
    return (lighter + 0.05) / (darker + 0.05)
  }
  const PAIRS = [
    ...['text', 'muted', 'link', 'good', 'warn', 'bad'].flatMap(ink => [
      [ink, 'card'],
      [ink, 'ground'],
    ]),
    ...['good', 'warn', 'bad'].flatMap(ink => [
      [ink, `${ink}-ground`],
      ['text', `${ink}-ground`],
    ]),
    ['text', 'dim-ground'],
  ]

  test.each([
    ['light', light],
    ['dark', dark],
  ] as const)('%s: every text has a contrast of at least 4.5', (_, colours) => {
    const low = PAIRS.filter(([ink = '', ground = '']) => !(contrast(colours[ink], colours[ground]) >= 4.5))
    expect(low).toEqual([])
  })
})

test('the system in dark mode shows the same colours as the button', () => {
  const css = readFileSync('src/page/style.css', 'utf8')
  const [, system] = /:root:not\(\[data-theme="light"\]\) \{([^}]*)\}/.exec(css) ?? []
  const [, button] = /:root\[data-theme="dark"\] \{([^}]*)\}/.exec(css) ?? []
  expect(system?.replace(/\s+/g, ' ')).toBe(button?.replace(/\s+/g, ' '))
})

describe('layout of graphs', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'seed %i: neither boxes nor labels cover one another, and links end at their boxes',
    seed => {
      const random = seeded(seed)
      const pick = (most: number) => (most === 0 ? 0 : random(most))
      const count = 5 + pick(60)
      const boxes = Array.from({length: count}, (_, at) => ({
        id: `n${at}`,
        lines: ['x'.repeat(1 + pick(34)), 'port 9080, 2 pods'],
      }))
      const links = Array.from({length: pick(2 * count)}, (): Link => {
        const label = ['', 'routed', '1 request', '12345 requests, 17 failed'][pick(4)] ?? ''
        return {from: `n${pick(count)}`, to: `n${pick(count)}`, label}
      })
      const {width, height, boxes: drawn, links: arrows} = placed(boxes, links)
      const labels = arrows.flatMap(({place}) => place ?? [])
      expect(overlaps([...drawn, ...labels])).toEqual([])
      expect(drawn).toHaveLength(count)
      for (const {x, y, width: w, height: h} of [...drawn, ...labels]) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(x + w).toBeLessThanOrEqual(width)
        expect(y + h).toBeLessThanOrEqual(height)
      }
    },
  )

  test('nothing to draw has no size, a link to an unknown box is left out', () => {
    expect(placed([], [])).toMatchObject({boxes: [], links: []})
    expect(placed([{id: 'a', lines: ['a']}], [{from: 'a', to: 'b', label: ''}]).links).toEqual([])
  })
})

import {describe, expect, test} from '@jest/globals'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'
import {mangle} from './pasted-cuts.js'
import {CUT_KINDS} from './pasted-cuts-kernel.js'

describe.each(CUT_KINDS.map(kind => [kind.name, kind] as const))('%s, cut, prefixed, wrapped', (_, kind) => {
  const size = oracleSize('CUTS', {seed: 2026, count: 120})
  test(`say nothing that the whole text does not say, or that something is missing (${size.again})`, async () => {
    const random = seeded(size.seed)
    const wholes = new Map<string, readonly string[]>()
    const wrong: string[] = []
    let asked = 0
    for (let round = 0; round < size.count; round++) {
      const text = kind.texts[random(kind.texts.length)] ?? ''
      const whole = wholes.get(text) ?? (await kind.said(text)).facts
      wholes.set(text, whole)
      const mangled = mangle(text, random)
      const now = await kind.said(mangled.text)
      asked += now.facts.length
      const strange = now.facts.filter(fact => !whole.includes(fact))
      const lost = mangled.whole && whole.some(fact => !now.facts.includes(fact))
      if (lost)
        wrong.push(
          `${mangled.how}: lost ${whole.find(fact => !now.facts.includes(fact))}:\n${mangled.text.slice(0, 300)}`,
        )
      if (strange.length > 0 && (mangled.whole || !now.gap))
        wrong.push(`${mangled.how}: ${strange[0]?.slice(0, 300)}\n${mangled.text.slice(-300)}`)
    }
    expect(asked).toBeGreaterThan(size.count / 4)
    expect(wrong.length === 0 ? [] : [wrong.length, ...wrong.slice(0, 4)]).toEqual([])
  })
})

test.each([
  [
    'in a table',
    'table ip nat {\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t}\n...\n}\n',
  ],
  [
    'in a list of commands',
    'add table inet istio-proxy-nat\nadd chain inet istio-proxy-nat istio-output { type nat hook output priority -100 ; }\n...\nadd rule inet istio-proxy-nat istio-output tcp dport 443 counter redirect to :15001\n',
  ],
])('what was left out by hand %s is said', async (_, text) => {
  expect(await CUT_KINDS[0]?.said(text)).toMatchObject({gap: true})
})

import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'

const FILES = readdirSync('docs/adr').filter(name => name.endsWith('.md'))

describe('decision records', () => {
  test('are numbered without gaps or doubles', () => {
    expect(FILES.map(name => Number(name.slice(0, 4)))).toEqual(FILES.map((_, at) => at + 1))
  })

  test.each(FILES)('%s has a number, status, date, decision and reason', name => {
    const text = readFileSync(`docs/adr/${name}`, 'utf8')
    expect(text).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. .+\\n`))
    expect(text).toMatch(/\n\*\*Status\.\*\* (Accepted|Superseded by \[\d+\]\([^)]+\)), 20\d\d-\d\d-\d\d\.\n/)
    expect(text).toContain('\n**Decision.** ')
    expect(text).toMatch(/\n\*\*(Why|Question)\.\*\* /)
  })
})

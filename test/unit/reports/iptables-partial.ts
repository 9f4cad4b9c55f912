import {describe, expect, test} from '@jest/globals'
import {iptablesWithDriftReport} from '../../../src/reports/iptables/drift-report.js'
import {type IptablesReport, iptablesReport} from '../../../src/reports/iptables/report.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'
import {corpusShare} from '../../support/oracle-size.js'

export const TEXT_POD = {namespace: '', name: 'text', implied: true}
const RULESETS = Object.entries(recordedRulesets())

/** The report of a text of rules. */
export function reportOf(text: string): Promise<IptablesReport> {
  return iptablesWithDriftReport(filesSource([{label: 'text', bytes: Buffer.from(text)}]), TEXT_POD)
}

/** A verdict for each kind of traffic. */
export type Verdicts = Readonly<Record<string, string>>

/** What a report says of the usual traffic: verdict and port; nothing for an excerpt, which answers nothing. */
export function verdictsOf({interceptions, excerpt}: IptablesReport): Verdicts {
  const found = excerpt ? undefined : interceptions.find(({family}) => family === 'ip')
  if (found === undefined) return {}
  const outcomes = {
    inbound: found.inbound.usual,
    outbound: found.outbound.usual,
    dnsUdp: found.dnsUdp,
    dnsTcp: found.dnsTcp,
    udp: found.udp,
  }
  return Object.fromEntries(
    Object.entries(outcomes).map(([name, {verdict, port}]) => [name, `${verdict} ${port ?? ''}`]),
  )
}

/** Where a partial text contradicts the complete one; "undetermined" is never wrong. */
export function wrong(lesser: Verdicts, whole: Verdicts): readonly string[] {
  return Object.entries(lesser)
    .filter(([name, verdict]) => !verdict.startsWith('insufficient') && verdict !== whole[name])
    .map(([name, verdict]) => `${name}: ${verdict}, but ${whole[name]} in the complete text`)
}

/** Forms of text that show less than iptables-save. */
export const FORMS = [
  'iptables-L-t-nat-line-numbers.txt',
  'iptables-L-t-nat-resolved.txt',
  'iptables-nvL-t-nat.txt',
  'iptables-t-nat-S.txt',
  'iptables-vS-t-nat.txt',
  'nft-list-ruleset.txt',
  'nft-a-list-ruleset.txt',
  'nft-j-list-ruleset.json',
]

const CASES = RULESETS.flatMap(([name, {files, kind}]) => {
  const save = files['iptables-save.txt'] ?? files['iptables-save-c.txt']
  if (save === undefined || !save.includes('*nat')) return []
  const forms = kind === 'shell' ? FORMS.filter(form => !form.startsWith('nft')) : FORMS
  return forms.flatMap(form => {
    const text = files[form]
    return text === undefined || text.trim() === '' ? [] : [{name, form, text, save}]
  })
})

/** Rules of the legacy back end, and native ones, are not in every form of text: there the forms show other rules. */
const COMPARABLE = CASES.filter(({name, form}) => !/legacy|residue|twice/.test(name) || !form.startsWith('nft'))

/** The verdicts of each saved ruleset: several forms are compared with it. */
const SAVED_VERDICTS = new Map<string, Promise<Verdicts>>()

function verdictsOfText(text: string): Promise<Verdicts> {
  return iptablesReport(filesSource([{label: 'text', bytes: Buffer.from(text)}]), TEXT_POD).then(verdictsOf)
}

function verdictsOfSave(save: string): Promise<Verdicts> {
  const known = SAVED_VERDICTS.get(save) ?? verdictsOfText(save)
  SAVED_VERDICTS.set(save, known)
  return known
}

/** Compares a share of all rulesets in all forms with iptables-save; PARTIAL_SEED and PARTIAL_SHARE choose others, and more or fewer. */
export function partialForms(share: number): void {
  describe('a form that shows less gives the same answer as iptables-save, or "undetermined"', () => {
    test.each([...corpusShare('PARTIAL', COMPARABLE, share)])('$name $form', async ({text, save}) => {
      expect(wrong(await verdictsOfText(text), await verdictsOfSave(save))).toEqual([])
    })

    test('there is something to compare', () => expect(COMPARABLE.length).toBeGreaterThan(100))
  })
}

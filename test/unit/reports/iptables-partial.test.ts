import {describe, expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {iptablesView} from '../../../src/reports/iptables/view.js'
import {matrixReport} from '../../../src/reports/packet/matrix-report.js'
import {packetContext, packetReport} from '../../../src/reports/packet/report.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'
import {FORMS, partialForms, reportOf, TEXT_POD, verdictsOf, wrong} from './iptables-partial.js'

partialForms(0.06)

function recorded(name: string, file: string): string {
  const text = recordedRulesets()[name]?.files[file]
  if (text === undefined) throw new Error(`${name}/${file}`)
  return text
}

async function page(text: string): Promise<readonly string[]> {
  const layout = {width: 120, colour: false, headers: true}
  return String(await rendered(await reportOf(text), iptablesView, formOf('short', iptablesView), layout, false)).split(
    '\n',
  )
}

describe('istio made these rules, whatever the form of text hides', () => {
  const HEALTHY = ['a01-ambient', 'e12x-default', 'e24x-dns-all', 'e30x-default', 'r01-default', 'r26-dual-stack']
  test.each(HEALTHY.flatMap(name => FORMS.slice(0, 2).map(form => [name, form] as const)))(
    '%s %s',
    async (name, form) => {
      const report = await reportOf(recorded(name, form))
      expect(report.rulesetWarnings.filter(({level}) => level === 'warning')).toEqual([])
      const [headline, inbound, outbound] = await page(recorded(name, form))
      expect(headline).toContain('capture cannot be determined')
      for (const line of [inbound, outbound])
        expect(line).toContain('cannot be determined: interfaces are not shown without -v')
    },
  )

  test('a third-party rule is still distinguished from them', async () => {
    const text = recorded('r56-tampered-extra-return', 'iptables-L-t-nat-line-numbers.txt')
    const own = (await reportOf(recorded('r56-tampered-extra-return', 'iptables-save.txt'))).rulesetWarnings.map(
      ({id}) => id,
    )
    expect((await reportOf(text)).rulesetWarnings.map(({id}) => id)).toEqual(own)
  })

  test.each([
    ['e30x-default', 'nft-j-list-ruleset.json', 'capture cannot be determined'],
    ['e10x-tproxy', 'nft-list-ruleset.txt', 'inbound capture cannot be determined'],
  ])('%s %s', async (name, form, words) => {
    const report = await reportOf(recorded(name, form))
    expect(report.rulesetWarnings.filter(({level}) => level === 'warning')).toEqual([])
    expect((await page(recorded(name, form)))[0]).toContain(words)
  })

  test('lookups that meet an unshown CT target', async () => {
    const dns = (await page(recorded('e24x-dns-all', 'nft-list-ruleset.txt')))[3]
    expect(dns).toContain('cannot be determined: nft does not show all of ip/raw/ISTIO_OUTPUT rule 5 (xt target CT)')
  })
})

/** The part of a listing that begins with one of some chains. */
function chainsOf(listing: string, names: readonly string[]): string {
  return listing
    .split(/\n(?=Chain )/)
    .filter(part => names.some(name => part.startsWith(`Chain ${name} `)))
    .join('\n')
}

describe('a piece of the rules is not taken for the whole', () => {
  const SAVED = recorded('e30x-default', 'iptables-save.txt')
  const LISTED = recorded('e30x-default', 'iptables-nvL-t-nat.txt')
  const whole = reportOf(SAVED).then(verdictsOf)

  test.each([
    [['ISTIO_OUTPUT']],
    [['OUTPUT', 'ISTIO_OUTPUT']],
    [['PREROUTING', 'ISTIO_INBOUND']],
    [['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']],
    [['OUTPUT', 'ISTIO_OUTPUT', 'ISTIO_REDIRECT', 'ISTIO_IN_REDIRECT']],
  ])('only %j of -nvL', async names => {
    const text = chainsOf(LISTED, names)
    const report = await reportOf(text)
    expect(wrong(verdictsOf(report), await whole)).toEqual([])
    expect(report.rulesetWarnings).toEqual([])
    const shown = (await page(text)).join('\n')
    expect(shown).toMatch(/not in the (given )?text/)
    expect(shown).not.toMatch(/nothing is captured|as made by/)
  })

  test('only the lines of one chain of -S', async () => {
    const lines = recorded('e30x-default', 'iptables-t-nat-S.txt').split('\n')
    const shown = await page(lines.filter(line => line.startsWith('-A ISTIO_INBOUND')).join('\n'))
    expect(shown[0]).not.toMatch(/nothing is captured|as made by/)
    expect(shown[1]).toContain('not in the given text')
  })

  test('an elision in a chain packets enter by', async () => {
    const report = await reportOf(LISTED.replace(/(Chain PREROUTING [^\n]*\n[^\n]*\n)[^\n]+/, '$1......'))
    expect(report.interceptions[0]?.inbound.usual.verdict).toBe('insufficient')
    expect(report.interceptions[0]?.outbound.usual).toMatchObject({verdict: 'captured', port: 15_001})
  })

  test('a save that is cut anywhere inside its table says nothing wrong and is a gap', async () => {
    for (let end = SAVED.indexOf('*nat') + 4; end < SAVED.indexOf('COMMIT'); end += 37) {
      const report = await reportOf(SAVED.slice(0, end))
      expect([end, wrong(verdictsOf(report), await whole)]).toEqual([end, []])
      expect(report.gaps.map(({reason}) => reason)).toEqual(['truncated'])
      expect(reportExitCode(report)).toBe(3)
    }
    expect((await reportOf(SAVED)).gaps).toEqual([])
  })

  test('the inbound half of the rules tells no release: 15006 is of 1.3 and later, 15008 of 1.7 and later', async () => {
    const half = ['-p tcp -m tcp --dport 15008 -j RETURN', '-p tcp -j ISTIO_IN_REDIRECT'].map(
      rule => `-A ISTIO_INBOUND ${rule}`,
    )
    const text = `*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n:ISTIO_IN_REDIRECT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\n${half.join('\n')}\n-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\nCOMMIT\n`
    expect((await reportOf(text)).madeBy).toBeUndefined()
  })

  test('an nft listing that ends behind a whole chain: other chains may follow', async () => {
    const text =
      'table inet istio-proxy-nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tmeta l4proto tcp redirect to :15006\n\t}\n'
    const verdicts = verdictsOf(await reportOf(text))
    expect(verdicts.outbound).toMatch(/^insufficient/)
    expect(verdicts.dnsUdp).toMatch(/^insufficient/)
    expect(verdictsOf(await reportOf(`${text}}\n`)).outbound).toMatch(/^escapes/)
  })

  test('an nft listing that is cut too', async () => {
    const text = recorded('e30x-default', 'nft-list-ruleset.txt')
    const report = await reportOf(text.slice(0, Math.floor(text.length * 0.6)))
    expect(wrong(verdictsOf(report), await whole)).toEqual([])
    expect(report.gaps.map(({reason}) => reason)).toEqual(['truncated'])
  })
})

const EMPTY_NAT =
  '# Generated by iptables-save v1.8.9 (nf_tables) on Fri\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n'
const IPV6_ALONE = EMPTY_NAT.replace('iptables-save', 'ip6tables-save')
const LEGACY = '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n'

describe('packets walked on a piece of the rules', () => {
  test('are answered with a note that names what is missing', async () => {
    const text = chainsOf(recorded('e30x-default', 'iptables-nvL-t-nat.txt'), ['OUTPUT', 'ISTIO_OUTPUT'])
    const {notes} = await packetContext(filesSource([{label: 'text', bytes: Buffer.from(text)}]), TEXT_POD)
    expect(notes).toContain('chain PREROUTING of table nat is not in the given text: rules there may change the result')
    const whole = recorded('e30x-default', 'iptables-save.txt')
    const complete = await packetContext(filesSource([{label: 'text', bytes: Buffer.from(whole)}]), TEXT_POD)
    expect(complete.notes.filter(note => note.includes('may change the result'))).toEqual([])
  })

  test.each([
    ['10.0.0.1', 'insufficient', 'the rules of IPv4 are not in the given text'],
    ['fd00::1', 'escapes', undefined],
  ])('of IPv6 alone, a packet to %s ends in %s', async (address, verdict, reason) => {
    const source = filesSource([{label: 'text', bytes: Buffer.from(IPV6_ALONE)}])
    const host = address.includes(':') ? `[${address}]` : address
    const report = await packetReport(source, TEXT_POD, {out: `tcp://${host}:80`})
    expect(report.verdict).toBe(verdict)
    const {disposition: end} = report.walk
    expect(end.kind === 'insufficient' ? end.reason : undefined).toBe(reason)
    expect(reportExitCode(report)).toBe(reason === undefined ? 0 : 3)
  })

  test('of IPv6 alone leave every row about IPv4 open, and say why', async () => {
    const source = filesSource([{label: 'text', bytes: Buffer.from(IPV6_ALONE)}])
    const {outbound, inbound, notes} = await matrixReport(source, TEXT_POD, 'ip')
    expect(new Set([...outbound, ...inbound].flatMap(({cells}) => cells.map(({verdict}) => verdict)))).toEqual(
      new Set(['insufficient']),
    )
    expect(notes).toContain('unknown: the rules of IPv4 are not in the given text')
  })
})

describe('the error about a text without rules names what it held', () => {
  test.each([
    [
      EMPTY_NAT,
      'only table nat of iptables-nft, IPv4. Not in the text: table mangle; IPv6; iptables-legacy; native nftables.',
    ],
    [
      EMPTY_NAT.replace('*nat', '*filter'),
      'only table filter of iptables-nft, IPv4. Not in the text: tables nat and mangle; IPv6; iptables-legacy; native nftables.',
    ],
    [
      EMPTY_NAT.replace('by ip', 'by ip6'),
      'only table nat of iptables-nft, IPv6. Not in the text: table mangle; IPv4;',
    ],
  ])('%j', async (text, words) => {
    const [headline, line] = await page(text)
    expect(line).toContain(words)
    expect(headline).toContain('  no rules, from the given text')
    expect(`${headline}${line}`).not.toMatch(/bypass|nothing is captured/)
  })

  test('that legacy tables are present is a remark', async () => {
    const {notes} = await reportOf(LEGACY + EMPTY_NAT)
    expect(notes).toContain('iptables-legacy has tables too, and they are not in this text')
    const some = `${LEGACY}${EMPTY_NAT.replace('COMMIT', '-A PREROUTING -p udp -j RETURN\nCOMMIT')}`
    expect((await reportOf(some)).interceptions[0]?.inbound.usual.verdict).toBe('insufficient')
  })

  test.each([
    ['', 'text holds no rules: it is empty (0 bytes)'],
    ['<!DOCTYPE html><html>403</html>', 'text holds no rules: it is an HTML or XML page, not netfilter rules'],
    ['\u007fELF\u0000\u0001', 'text holds no rules: it is binary data, not netfilter rules'],
    [
      '# Generated by iptables-save v1.8.9 (nf_tables) on Fri\n# Completed on Fri\n',
      'text is what iptables-save v1.8.9 (nf_tables) prints when there is no table',
    ],
    ['{"nftables": [{"metainfo": {"version": "1.0.6"}}]}', 'text is what nft prints when there is no table'],
  ])('%j', async (text, message) => {
    const error = await reportOf(text).catch((caught: unknown) => caught)
    if (!(error instanceof UserError)) throw new Error('no error')
    expect(error.message).toContain(message)
    expect(error.hint ?? '').not.toContain('kubectl debug')
  })

  test('a file of refusals of several tools', async () => {
    const text =
      '$ iptables-save\niptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n$ ss -ltn\nState Recv-Q Send-Q Local Address:Port Peer Address:Port\n'
    await expect(reportOf(text)).rejects.toThrow('text holds no rules, only what was said when they were refused')
  })
})

describe("istio-init's log given by hand", () => {
  test.each(['r01-default', 'r14-dns', 'r03-default-nft'])('%s', async name => {
    expect((await page(recorded(name, 'init.log')))[0]).toContain(
      'Current kernel rules are not in the file; this is what istio-init set up',
    )
  })
})

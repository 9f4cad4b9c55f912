import {expect, test} from '@jest/globals'
import {CUT_KINDS, cutsSayNothingNew} from './pasted-cuts-kernel.js'

cutsSayNothingNew(25)

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

import {expect, test} from '@jest/globals'
import {certsOfFiles} from '../../../src/reports/certs/from-files.js'
import {filesSource} from '../../../src/sources/files/source.js'
import {SPECIMENS} from '../../fixtures/forms/specimens.js'

const WEEK = 7 * 24 * 3600 * 1000

function specimen(form: string) {
  const text = SPECIMENS.find(each => each.form === form)?.text ?? ''
  return {label: `${form}.txt`, bytes: Buffer.from(text)}
}

function judged(inputs: readonly {readonly label: string; readonly bytes: Buffer}[], now: string) {
  return certsOfFiles(inputs, input => filesSource([input]), {warn: WEEK, now: Date.parse(now)})
}

// What openssl x509 says of the certificate: serial 45F5..., notAfter Nov 27 16:03:52 2036.
test.each([
  ['2027-01-01T00:00:00Z', 'OK'],
  ['2036-11-25T00:00:00Z', 'EXPIRES SOON'],
  ['2036-11-28T00:00:00Z', 'EXPIRED'],
])('a root in PEM, as of %s, is %s', async (now, status) => {
  const {roots, proxies} = await judged([specimen('pem')], now)
  expect(roots).toEqual([
    {
      serial: '45f5f1dbded167a0b449df69e7c13f9c10afd4d9',
      validTo: '2036-11-27T16:03:52.000Z',
      pods: 1,
      published: 'unknown',
      status,
    },
  ])
  expect(proxies).toEqual([])
})

test('the /certs page of a proxy gives its leaf and the roots it trusts', async () => {
  const page = {
    certificates: [
      {
        ca_cert: [{serial_number: 'aa', valid_from: '2026-01-01T00:00:00Z', expiration_time: '2036-01-01T00:00:00Z'}],
        cert_chain: [
          {
            serial_number: 'bb',
            subject_alt_names: [{uri: 'spiffe://cluster.local/ns/shop/sa/web'}],
            valid_from: '2027-01-01T00:00:00Z',
            expiration_time: '2027-01-02T00:00:00Z',
          },
        ],
      },
    ],
  }
  const bytes = Buffer.from(JSON.stringify(page))
  const at = async (now: string) => (await judged([{label: 'certs.json', bytes}], now)).proxies[0]
  expect(await at('2027-01-01T06:00:00Z')).toMatchObject({
    status: 'OK',
    identity: 'spiffe://cluster.local/ns/shop/sa/web',
    roots: ['aa'],
  })
  expect(await at('2027-01-01T23:00:00Z')).toMatchObject({status: 'NOT ROTATING'})
  expect(await at('2027-01-03T00:00:00Z')).toMatchObject({status: 'EXPIRED'})
})

test('files without a certificate are an error, one of several a gap', async () => {
  const empty = {label: 'notes.txt', bytes: Buffer.from('nothing here')}
  await expect(judged([empty], '2027-01-01T00:00:00Z')).rejects.toThrow('no certificate in notes.txt')
  expect((await judged([empty, specimen('pem')], '2027-01-01T00:00:00Z')).gaps).toMatchObject([{what: 'notes.txt'}])
})

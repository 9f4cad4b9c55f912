import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

const folder = tempFolder('report')

describe('-o html', () => {
  test('report -o html=FILE writes the page and nothing to standard output', async () => {
    const file = join(folder, 'report.html')
    const run = await meshctl(['report', '-n', 'demo', '--from', 'sample', '-o', `html=${file}`])
    expect(run.stderr).toContain('not checked: IPv4 iptables rules')
    expect({code: run.code, stdout: run.stdout}).toEqual({code: 1, stdout: ''})
    const page = readFileSync(file, 'utf8')
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).toContain('namespace demo')
    expect(page).toContain('IPv4 iptables rules (nft): permission denied in the container')
  })

  test('any answer can be a page, and any format can go to a file', async () => {
    const file = join(folder, 'trace.html')
    const asked = ['trace', 'deploy/sleep', 'http://ratings:9080/', '--from', 'sample']
    const run = await meshctl([...asked, '-o', `html=${file}`])
    expect({code: run.code, stdout: run.stdout}).toEqual({code: 1, stdout: ''})
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('meshctl trace')
    expect(page).toContain('client Envoy')
    expect(page).toContain('Content-Security-Policy')
    const json = join(folder, 'trace.json')
    await meshctl([...asked, '-o', `json=${json}`])
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({kind: 'RequestPath'})
  })

  test('an unknown format or a file that cannot be written is an error', async () => {
    const asked = ['mtls', '-n', 'demo', '--from', 'sample', '-o']
    expect(await meshctl([...asked, 'pdf=x.pdf'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"pdf" not supported'),
    })
    expect(await meshctl([...asked, `html=${join(folder, 'none', 'x.html')}`])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot write'),
    })
  })
})

import {basename, dirname, join} from 'node:path'
import type {InputFile} from './input-file.js'

/** Maximum number of directories listed in a notice. */
const SHOWN = 3
const HEAD_BYTES = 65_536

function head({bytes}: InputFile): string {
  return Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('utf8')
}

/** Files kustomize reads (kustomize: kustomization.yaml, kustomization.yml or Kustomization): it has no kind, or one of kustomize's own. */
function isKustomization(file: InputFile): boolean {
  if (!/^kustomization(\.ya?ml)?$/i.test(basename(file.label))) return false
  const kind = /^kind:\s*["']?(\w+)/m.exec(head(file))?.[1]
  return kind === undefined || kind === 'Kustomization' || kind === 'Component'
}

function isChart(file: InputFile): boolean {
  return /^Chart\.ya?ml$/.test(basename(file.label)) && !/^kind:/m.test(head(file))
}

/** Files Helm builds manifests from: the chart's own files and templates. */
function isOfChart(file: InputFile, folder: string): boolean {
  const inside = folder === '.' ? file.label : file.label.slice(folder.length + 1)
  if (folder !== '.' && !file.label.startsWith(join(folder, '/'))) return false
  return /^(Chart\.|values[^/]*\.(ya?ml|json)$)/.test(inside) || Buffer.from(file.bytes).includes('{{')
}

function foldersIn(folders: readonly string[]): string {
  const more = folders.length > SHOWN ? ` and ${folders.length - SHOWN} more` : ''
  return `${folders.slice(0, SHOWN).join(', ')}${more}`
}

/** The files without the inputs of kustomize and Helm, with a notice that names the command to check their output. */
export function withoutBuildFiles(files: readonly InputFile[]): {
  readonly files: readonly InputFile[]
  readonly remarks: readonly string[]
} {
  const bases = files.filter(isKustomization).map(({label}) => dirname(label))
  const charts = files.filter(isChart).map(({label}) => dirname(label))
  const kept = files.filter(file => !isKustomization(file) && !charts.some(folder => isOfChart(file, folder)))
  const remark = (folders: readonly string[], what: string, command: string) =>
    folders.length === 0
      ? []
      : [`skipped ${what} in ${foldersIn(folders)}; to check the rendered manifests: ${command} | meshctl check -f -`]
  return {
    files: kept,
    remarks: [
      ...remark(bases, 'the kustomization', `kubectl kustomize ${bases[0]}`),
      ...remark(charts, 'the files of the Helm chart', `helm template ${charts[0]}`),
    ],
  }
}

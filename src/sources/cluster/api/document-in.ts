/** The value of a YAML or JSON document; plain JSON is parsed without the YAML library, which is slow to load. */
export async function documentIn(text: string): Promise<{readonly value: unknown; readonly problem?: string}> {
  if (text.trimStart().startsWith('{')) {
    try {
      return {value: JSON.parse(text) as unknown}
    } catch {
      // A YAML flow mapping or broken JSON: the YAML library decides.
    }
  }
  const {readDocument} = await import('../../../formats/kube-manifest/yaml-document.js')
  return readDocument(text)
}

/**
 * Control flow of IgnoreFlowIfNullOrEmpty, IgnoreAttributeFlow and IgnoreObjectFlow: whatever stands around them, the
 * attribute (or the person) leaves this run. Two shared instances, so that no stack is captured for each person.
 */
export class FlowSkipped extends Error {
  override readonly name = 'FlowSkipped';
  private constructor(readonly what: 'attribute' | 'object') {
    super(`The ${what} leaves the flow.`);
  }
  static readonly ATTRIBUTE = new FlowSkipped('attribute');
  static readonly OBJECT = new FlowSkipped('object');
}

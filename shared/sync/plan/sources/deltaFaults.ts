import { ConnectorError } from '../../../model/ConnectorError';

/** There is nothing to compare with. */
export const lostWatermark = (): ConnectorError =>
  new ConnectorError('The watermark is gone; a full read follows.', {
    code: 'ResyncRequired',
    sent: false,
    repeatable: false,
    scope: 'job',
  });

/** A walk that came to no link at all, or to one it had followed before. */
export const incompleteDelta = (): ConnectorError =>
  new ConnectorError('A delta of Graph did not come to its end. Nothing was changed; it is read again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'job',
  });

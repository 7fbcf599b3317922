/** A board under a camera: it moves from picture to picture, and its sharpness goes with the made-up focus value. */
export function livePicture(sourceId: string, number: number): string {
  const shift = Math.round(60 * Math.sin(number / 40));
  const blur = (2.2 * (1 - Math.sin(number / 25))).toFixed(2);
  const parts = Array.from({ length: 24 }, (_, part) => {
    const x = 180 + (part % 6) * 108;
    const y = 130 + Math.floor(part / 6) * 92;
    const tall = part % 3 === 0;
    return `<rect x="${x}" y="${y}" width="${tall ? 38 : 70}" height="${tall ? 58 : 30}" rx="3" fill="#2b2f33"/>
      <path d="M${x} ${y + 66}h70" stroke="#d8d8d4" stroke-width="3" stroke-dasharray="5 6"/>`;
  }).join('');
  const name = sourceId.replace(/[^\w.-]/g, '');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="968" height="608" viewBox="0 0 968 608">
    <filter id="b"><feGaussianBlur stdDeviation="${blur}"/></filter>
    <rect width="968" height="608" fill="#9da09f"/>
    <g filter="url(#b)" transform="translate(${shift} 0)">
      <rect x="130" y="80" width="700" height="440" rx="10" fill="#6c7370"/>
      ${parts}
      <circle cx="160" cy="108" r="13" fill="#f4f4f2"/><circle cx="800" cy="108" r="13" fill="#f4f4f2"/>
      <text x="400" y="506" font-family="monospace" font-size="24" fill="#e9e9e6">${name} ${number}</text>
    </g></svg>`;
}

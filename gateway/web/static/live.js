// Keeps the count of unread messages true while a page is open. /live sends {"unread_count": 3, "title": "…"}; the browser reconnects.
const badge = document.getElementById("unread");
const words = document.getElementById("unread-words");
const region = document.getElementById("live");
if (badge) {
  const source = new EventSource("/live");
  source.onmessage = (event) => {
    const { unread_count: count, title } = JSON.parse(event.data);
    badge.textContent = count > 99 ? "99+" : count;
    badge.hidden = count === 0;
    words.textContent = count === 0 ? "" : ` (${count} thông báo chưa đọc)`;
    if (title) region.textContent = title;
  };
}

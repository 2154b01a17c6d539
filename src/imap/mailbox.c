// SPDX-License-Identifier: Apache-2.0
/* Finding and opening a mailbox. */
#include "base/text.h"
#include "imap/internal.h"

enum { CANDIDATES_SHOWN = 12 };

enum imap_fault imap_select(struct imap *imap, const char *name, bool read_only, struct imap_mailbox *out)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(1024);

	buf_puts(&shown, "mailbox ");
	mailbox_name_decode(span_of(name), &shown);
	if (!mailbox_name_may_write(span_of(name)))
		return imap_fail(imap, IMAP_WRONG, "%s: not a name the server can be asked for",
				 buf_cstr(&shown));
	imap_arm(imap, LIST_MS, COMMAND_BYTES);
	int code = read_only ? mailimap_examine(imap->m, name) : mailimap_select(imap->m, name);
	enum imap_fault fault = imap_outcome(imap, code, buf_cstr(&shown));
	if (fault == IMAP_SAID_NO && words_are_transient(words_of_tagged(imap_answer(imap))))
		return imap_fail(imap, IMAP_LOST, "%s cannot be opened now: %s", buf_cstr(&shown),
				 imap_quote(words_of_tagged(imap_answer(imap))));
	if (fault == IMAP_SAID_NO)
		return imap_fail(imap, IMAP_WRONG,
				 "%s cannot be opened: %s; check its name in the configuration",
				 buf_cstr(&shown), imap_quote(words_of_tagged(imap_answer(imap))));
	if (fault)
		return fault;
	const struct mailimap_selection_info *info = imap->m->imap_selection_info;
	if (!info || !info->sel_uidvalidity ||
	    !words_confirm_uidvalidity(imap_answer(imap), info->sel_uidvalidity))
		return imap_fail(imap, IMAP_WRONG,
				 "%s has no valid UIDVALIDITY: its messages cannot be told apart for long",
				 buf_cstr(&shown));
	if (span_ifind(imap_answer(imap), SPAN("[UIDNOTSTICKY]")) >= 0)
		return imap_fail(imap, IMAP_WRONG,
				 "%s does not keep its UIDs (UIDNOTSTICKY): it cannot be watched",
				 buf_cstr(&shown));
	*out = (struct imap_mailbox){ .uidvalidity = info->sel_uidvalidity,
				      .uidnext = info->sel_uidnext,
				      .exists = info->sel_exists };
	return IMAP_FINE;
}

/* The last part of a mailbox's path, as mail programs in use name it. */
static const char *const sent_names[] = {
	"Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-Mail",
	"Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten",
	"Envoyés", "Éléments envoyés", "Messages envoyés", "Courrier envoyé",
	"Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado",
	"Itens enviados", "Mensagens enviadas", "Enviadas",
	"Inviati", "Inviata", "Posta inviata", "Elementi inviati", "Messaggi inviati",
	"Verzonden", "Verzonden items", "Verzonden berichten", "Verzonden objecten",
	"Skickat", "Skickade", "Skickade objekt", "Sendt", "Sendte", "Sendte elementer", "Sendt post",
	"Lähetetyt", "Lähetetyt kohteet", "Saadetud", "Nosūtītie", "Išsiųsta", "Išsiųsti",
	"Wysłane", "Elementy wysłane", "Odeslané", "Odeslaná pošta", "Odeslané položky",
	"Odoslané", "Odoslaná pošta", "Elküldött", "Elküldött elemek", "Trimise", "Mesaje trimise",
	"Poslano", "Poslane", "Poslato", "Изпратени", "Отправленные", "Надіслані", "Адпраўленыя",
	"Απεσταλμένα", "Gönderilmiş Öğeler", "Gönderilenler", "Gönderilmiş",
	"已发送", "已发送邮件", "已傳送郵件", "寄件備份", "寄件匣備份", "送信済み", "送信済みアイテム", "送信済みメール",
	"보낸편지함", "보낸 편지함", "보낸 메일함", "المرسلة", "البريد المرسل", "العناصر المرسلة",
	"נשלחו", "פריטים שנשלחו", "भेजे गए", "भेजे गए आइटम", "ส่งแล้ว", "รายการที่ถูกส่ง", "Terkirim",
	"Đã gửi", "Thư đã gửi",
};

static bool flagged(const struct mailimap_mailbox_list *box, const char *name)
{
	if (!box->mb_flag || !box->mb_flag->mbf_oflags)
		return false;
	for (clistiter *i = clist_begin(box->mb_flag->mbf_oflags); i; i = clist_next(i)) {
		const struct mailimap_mbx_list_oflag *flag = clist_content(i);
		if (flag->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT && flag->of_flag_ext &&
		    span_ieq(span_of(flag->of_flag_ext), span_of(name)))
			return true;
	}
	return false;
}

static bool can_be_opened(const struct mailimap_mailbox_list *box)
{
	return box->mb_name && mailbox_name_may_write(span_of(box->mb_name)) &&
	       !flagged(box, "NonExistent") &&
	       !(box->mb_flag && box->mb_flag->mbf_type == MAILIMAP_MBX_LIST_FLAGS_SFLAG &&
		 box->mb_flag->mbf_sflag == MAILIMAP_MBX_LIST_SFLAG_NOSELECT);
}

static bool means_sent(const struct mailimap_mailbox_list *box)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(4096);
	struct span rest;
	struct span last = SPAN_NONE;

	mailbox_name_decode(span_of(box->mb_name), &name);
	rest = buf_span(&name);
	if (box->mb_delimiter)
		while (span_split(&rest, box->mb_delimiter, &last))
			;
	else
		last = rest;
	for (size_t i = 0; i < sizeof(sent_names) / sizeof(*sent_names); i++)
		if (span_ieq(last, span_of(sent_names[i])))
			return true;
	return false;
}

struct search {
	const char *by_use; /* the first one flagged \Sent */
	const char *by_name;
	unsigned named;
	struct buf shown; /* names, for the person who has to choose */
	unsigned n;
};

static void look_at(const struct mailimap_mailbox_list *box, struct search *s)
{
	if (!can_be_opened(box))
		return;
	if (!s->by_use && flagged(box, "Sent"))
		s->by_use = box->mb_name;
	if (means_sent(box)) {
		s->by_name = s->by_name ? s->by_name : box->mb_name;
		s->named++;
	}
	if (s->n++ >= CANDIDATES_SHOWN)
		return;
	buf_puts(&s->shown, s->n > 1 ? ", " : "");
	mailbox_name_decode(span_of(box->mb_name), &s->shown);
}

static enum imap_fault choose_sent(struct imap *imap, struct search *s, struct buf *name)
{
	const char *found = s->by_use ? s->by_use : s->named == 1 ? s->by_name : NULL;

	if (!found)
		return imap_fail(imap, IMAP_WRONG, "%s: set sent_mailbox to one of: %s%s",
				 s->named ? "several mailboxes look like the one for sent mail"
					  : "no mailbox for sent mail was found",
				 buf_cstr(&s->shown), s->n > CANDIDATES_SHOWN ? ", ..." : "");
	buf_puts(name, found);
	return IMAP_FINE;
}

enum imap_fault imap_find_sent(struct imap *imap, struct buf *name)
{
	struct search s = { .shown = BUF_CAPPED(300) };
	clist *boxes = NULL;

	imap_arm(imap, LIST_MS, FOLDERS_BYTES);
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_list(imap->m, "", "*", &boxes);
	enum imap_fault fault = imap_outcome(imap, code, "LIST");
	for (clistiter *i = !fault && boxes ? clist_begin(boxes) : NULL; i; i = clist_next(i))
		look_at(clist_content(i), &s);
	if (!fault)
		fault = choose_sent(imap, &s, name);
	buf_free(&s.shown);
	if (code == MAILIMAP_NO_ERROR && boxes)
		mailimap_list_result_free(boxes);
	return fault;
}
